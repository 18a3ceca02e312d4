"""One FAT + GradAlign training step in PyTorch, eager, timed whenever a line is read: the other side of against-torch.ts.

Arguments: architecture (cnnB or convBig), batch, threads, memory format (plain or channels-last), GradAlign's weight.
Each answer is two numbers: milliseconds on the clock and of processor time.
"""

import sys
import time

import torch
from torch import nn
from torch.nn.functional import cross_entropy


def cnn_b() -> nn.Module:
    return nn.Sequential(
        nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(3, 32, 5, 2), nn.ReLU(),
        nn.Conv2d(32, 128, 4, 2, 1), nn.ReLU(), nn.Flatten(),
        nn.Linear(8192, 250), nn.ReLU(), nn.Linear(250, 10),
    )  # fmt: skip


def conv_big() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, 1, 1), nn.ReLU(), nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(),
        nn.Conv2d(32, 64, 3, 1, 1), nn.ReLU(), nn.Conv2d(64, 64, 4, 2, 1), nn.ReLU(), nn.Flatten(),
        nn.Linear(3136, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10),
    )  # fmt: skip


NETWORKS = {"cnnB": (cnn_b, (3, 32, 32)), "convBig": (conv_big, (1, 28, 28))}
EPSILON = 2 / 255


def input_gradient(network: nn.Module, x: torch.Tensor, y: torch.Tensor, second_order: bool = False) -> torch.Tensor:
    x = x.detach().requires_grad_()
    loss = cross_entropy(network(x), y, reduction="sum")
    return torch.autograd.grad(loss, x, create_graph=second_order)[0]


def alignment(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return nn.functional.cosine_similarity(a.flatten(1), b.flatten(1), dim=1).mean()


def main() -> None:
    name, batch, threads, layout, weight = sys.argv[1:6]
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    make, shape = NETWORKS[name]
    network = make()
    x = torch.rand(int(batch), *shape)
    if layout == "channels-last":
        network, x = network.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    y = torch.arange(int(batch)) % 10
    start = torch.empty_like(x).uniform_(-EPSILON, EPSILON)
    noise = torch.empty_like(x).uniform_(-EPSILON, EPSILON)
    parameters = list(network.parameters())
    optimiser = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4, fused=True)

    def step() -> None:
        begun = (x + start).clamp(0, 1)
        moved = begun - x + 1.25 * EPSILON * input_gradient(network, begun, y).sign()
        attacked = (x + moved.clamp(-EPSILON, EPSILON)).clamp(0, 1)
        loss = cross_entropy(network(attacked), y)
        if float(weight) > 0:
            clean = input_gradient(network, x, y)
            near = input_gradient(network, x + noise, y, second_order=True)
            loss = loss + float(weight) * (1 - alignment(clean, near))
        # Not loss.backward(): that would also work out the gradient in the images.
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
            parameter.grad = gradient
        optimiser.step()
        loss.item()

    for _ in sys.stdin:
        wall, used = time.perf_counter(), time.process_time()
        step()
        print(1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - used), flush=True)


main()
