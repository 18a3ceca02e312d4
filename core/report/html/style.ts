// The style sheet of a report: one column, light and dark, and fit for print.
export const style = `
:root{color-scheme:light dark;--paper:light-dark(#f6f6f1,#111411);--surface:light-dark(#fff,#191d19);--line:light-dark(#dfe1d8,#2e342e);
--text:light-dark(#1a1e19,#e8ece6);--muted:light-dark(#596158,#9fa89e);--verified:light-dark(#1f6f45,#7ccb98);--falsified:light-dark(#b0321f,#ff9483);
--warn:light-dark(#845400,#eab95a);--c1:light-dark(#27744a,#7ccb98);--c2:light-dark(#b25a12,#f0a868);--c3:light-dark(#3a62b5,#92b4ff);
--c4:light-dark(#8a3f8f,#dca0e0);--c5:light-dark(#7a6a00,#d8c85a);--c6:light-dark(#4a5a6a,#a9bccf)}
*{box-sizing:border-box}
body{max-width:1080px;margin:0 auto;padding:32px 24px;background:var(--paper);color:var(--text);font:14px/1.5 system-ui,'Segoe UI',Roboto,sans-serif}
h1{font-size:26px;line-height:1.2;margin:0 0 4px}h2{font-size:19px;margin:40px 0 12px}h3{font-size:15px;margin:24px 0 8px}
p.lead,figcaption small,td.muted{color:var(--muted)}
.scroll{overflow-x:auto}table{border-collapse:collapse;background:var(--surface);font-variant-numeric:tabular-nums}
th,td{padding:5px 12px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child,td.word,th.word{text-align:left}thead th{color:var(--muted);font-weight:600}th.part{padding-left:28px;color:var(--muted);font-weight:400}
.verified{color:var(--verified);font-weight:600}.falsified{color:var(--falsified);font-weight:600}.timeout,.unknown,.error{color:var(--warn);font-weight:600}
.notice{margin:8px 0;padding:8px 14px;border-left:3px solid var(--warn);background:var(--surface)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:16px}
figure{margin:0;min-width:0}.plot{padding:14px;border:1px solid var(--line);border-radius:8px;background:var(--surface)}
figcaption{font-weight:600}svg{display:block;width:100%;height:auto}svg text{fill:var(--muted);font-size:11px}svg .axis{font-size:12px}
.grid{stroke:var(--line);fill:none}.line{fill:none;stroke-width:2}.dashed{stroke-dasharray:5 4}
path.s1{stroke:var(--c1)}path.s2{stroke:var(--c2)}path.s3{stroke:var(--c3)}path.s4{stroke:var(--c4)}path.s5{stroke:var(--c5)}path.s6{stroke:var(--c6)}
circle.s1,rect.s1{fill:var(--c1)}circle.s2,rect.s2{fill:var(--c2)}circle.s3,rect.s3{fill:var(--c3)}circle.s4,rect.s4{fill:var(--c4)}circle.s5,rect.s5{fill:var(--c5)}circle.s6,rect.s6{fill:var(--c6)}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;margin:4px 0;padding:0;list-style:none;color:var(--muted);font-size:12px}
.legend i{display:inline-block;width:10px;height:10px;margin-right:6px;border-radius:2px}.legend .half{clip-path:polygon(0 0,40% 0,40% 100%,0 100%,0 0,60% 0,60% 100%,100% 100%,100% 0)}
i.s1{background:var(--c1)}i.s2{background:var(--c2)}i.s3{background:var(--c3)}i.s4{background:var(--c4)}i.s5{background:var(--c5)}i.s6{background:var(--c6)}
.strips{display:flex;flex-wrap:wrap;gap:16px}.strip{padding:12px;border:1px solid var(--line);border-radius:8px;background:var(--surface)}
.strip div{display:flex;gap:8px}.strip img{width:112px;height:112px;image-rendering:pixelated;border:1px solid var(--line)}
.strip p{margin:0 0 8px}.strip span{display:block;max-width:112px;color:var(--muted);font-size:12px}
summary{color:var(--muted);cursor:pointer;font-size:12px}details .scroll,details table{max-height:320px;overflow:auto}
pre{padding:12px;border:1px solid var(--line);border-radius:8px;background:var(--surface);overflow-x:auto;font-size:12px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
@media print{details{display:none}.plot,.strip{break-inside:avoid}}
`
