// The time now, once a second: what elapsed times are computed from.
export class Clock {
  now = $state(Date.now())

  constructor(window: Window) {
    window.setInterval(() => {
      this.now = Date.now()
    }, 1_000)
  }
}
