"""The report's page: text and style, without anything from elsewhere."""

STYLE = """
:root { --paper: #fff; --ink: #1d2329; --soft: #5a6570; --line: #d4d9de; --best: #eaf3ea; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15191d; --ink: #dde3e8; --soft: #98a3ad; --line: #3a434b; --best: #1f3325; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 68rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .5rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 3rem 0 .25rem; font-size: 1.25rem; }
h3 { margin: 1.5rem 0 0; font-size: 1rem; }
p { max-width: 46rem; margin: .5rem 0; }
.about, small, dd { color: var(--soft); }
code { font-size: .9em; }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
.legend { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem;
  padding: .5rem 0; background: var(--paper); border-bottom: 1px solid var(--line); z-index: 1; }
i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .75rem; text-align: right; white-space: nowrap; }
th { font-weight: normal; text-align: left; color: var(--soft); }
thead th { text-align: right; color: var(--ink); }
.summary th[scope=rowgroup] { padding: .4rem 0 0; color: var(--ink); }
th[scope=row] { padding-left: 0; }
tbody { border-top: 1px solid var(--line); }
td.best { background: var(--best); }
figure { margin: 0; min-width: 0; }
svg { display: block; width: 100%; height: auto; }
.two { display: grid; grid-template-columns: 3fr 2fr; gap: 1.5rem; align-items: start; }
.three { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; }
details { margin: .25rem 0 0; }
summary { cursor: pointer; color: var(--soft); }
dt { margin-top: .6rem; }
dd { margin: 0; max-width: 46rem; }
.bad { margin: 1rem 0; border-left: 3px solid #d55e00; padding-left: .75rem; }
.bad summary { color: inherit; }
.bad code { white-space: pre-wrap; }
@media (max-width: 46rem) {
  body { padding: 1.25rem .9rem 3rem; }
  .two, .three { grid-template-columns: 1fr; }
  th, td { padding: .15rem .35rem; }
  th[scope=row] { white-space: normal; }
  table { font-size: .8rem; }
  thead i { display: block; margin: 0 0 .2em auto; }
}
@media print {
  body { max-width: none; font-size: 10pt; padding: 0; }
  .legend { position: static; }
  section, figure, tbody { break-inside: avoid; }
  td.best { font-weight: bold; }
}
"""

PAGE = """<!doctype html>
<html lang=en>
<meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>Tenure: policies compared</title>
<style>{style}</style>
<h1>Policies of mm, compared</h1>
<p>What kernel memory costs under each policy: {policies} programs <code>mm</code>, the same kernel
and the same {workloads} workloads, {runs} runs. Tenure {commit}, {qemu}, one hart, {memory} of RAM,
deterministic time: an instruction takes 1 ns, and every run of the same build gives the same
figures.</p>
<div class=legend>{legend}</div>
{troubles}
<h2>Summary</h2>
<p class=about>Less is better in every row; the least is marked.</p>
<div class=scroll>{summary}</div>
{sections}
{sweeps}
<h2>What is measured</h2>
{notes}
</html>
"""

SECTION = """<section id="{name}">
<h2>{name}</h2>
<p class=about><code>{command}</code> – {stresses}</p>
<div class=two><figure>{over_time}</figure><figure>{bars}</figure></div>
<details><summary>all figures</summary><div class=scroll>{details}</div></details>
</section>"""

NOTES = """<dl>
<dt>held</dt><dd>Frames lent to pools of the kernel, those of mm's own pool and of the boot among
them. Looked at whenever mm has served a message and is about to wait; the mean is over time.</dd>
<dt>used, idle</dt><dd>Of the frames held, those in kernel objects, and those free in a pool.
held = used + idle.</dd>
<dt>set aside</dt><dd>Idle user frames that only one pool can have: the kernel does not hold them,
and nobody else can use them.</dd>
<dt>ENOMEM answers</dt><dd>Times that a call found its pool short, and mm paid and called again.</dd>
<dt>gives and reclaims</dt><dd>Times that mm gave frames to a pool, because of an ENOMEM or unasked,
or took idle ones back from a pool that lives on.</dd>
<dt>frames moved</dt><dd>Frames given and frames taken back, what ending processes left among
them.</dd>
<dt>operation</dt><dd>A request or a page fault that mm served.</dd>
<dt>instructions of mm, per operation</dt><dd>From mm's receipt of each message to its answer, with
what the kernel does for mm; also for signals, without which pools would run dry. The message
itself, which is the same for every policy, is not in it.</dd>
<dt>instructions, all</dt><dd>From the first program's start to the last one's end, programs and
kernel included. A nanosecond in which nobody can run counts as one.</dd>
<dt>spawn, map, fault, end</dt><dd>Instructions of one such message; “end” is whatever ended a
process, with the way back of all its frames. Median and p99 are exact below 64 and at most 1.6 %
too high above; the worst is exact.</dd>
<dt>giving all back at the end</dt><dd>Instructions from the end of the last program until mm's own
pool, too, has given back what it does not need.</dd>
</dl>"""
