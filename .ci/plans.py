#!/usr/bin/env python3
"""Holds each capture against the plan that is proposed from it, and against that plan without one conduit.

usage: plans.py SLUICE CAPTURES [--conduits N]
Asked of every capture: the proposal has no mistakes and no conversation is outside of it. Then, for up to N conduits of
each plan: without it, exactly the conversations that it held are violations.
"""
import json, pathlib, re, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

sluice, folder = sys.argv[1], pathlib.Path(sys.argv[2])
most = int(sys.argv[sys.argv.index("--conduits") + 1]) if "--conduits" in sys.argv else 2
captures = sorted(p for p in folder.rglob("*") if re.search(r"\.(pcap|pcapng|cap)(\.gz|\.zst)?$", p.name))
work = pathlib.Path(tempfile.mkdtemp())


def check(plan, capture):
    run = subprocess.run([sluice, "plan", "check", plan, capture, "--format", "json", "--quiet", "--threads", "1"], capture_output=True)
    return run.returncode, json.loads(run.stdout) if run.stdout else None, run.stderr.decode()


def without(text, conduit):
    """The plan without the tables of one conduit."""
    parts = re.split(r"(?m)^(?=(?:# .*\n|#\n)*\[\[(?:zone|conduit)\]\]$)", text)
    kept = [part for part in parts if not (re.search(r"(?m)^\[\[conduit\]\]$", part) and f'\nid = "{conduit}"\n' in part)]
    assert len(kept) == len(parts) - 1, conduit
    return "".join(kept)


def one(number_and_capture):
    number, capture = number_and_capture
    plan = work / f"{number}.toml"
    proposed = subprocess.run([sluice, "plan", "propose", capture, "--out", plan, "--quiet", "--threads", "1"], capture_output=True)
    if proposed.returncode == 5:
        return None
    if proposed.returncode:
        return f"{capture.name}: propose ends with {proposed.returncode}: {proposed.stderr.decode()[:200]}"
    code, whole, said = check(plan, capture)
    if code or whole["violations"] or whole["problems"]:
        return f"{capture.name}: check ends with {code}: {len(whole['violations']) if whole else '?'} violations, {whole['problems'][:2] if whole else said[:300]}; {whole['violations'][:2] if whole else ''}"
    text = plan.read_text()
    conduits = whole["conduits"]
    chosen = conduits if len(conduits) <= most else [conduits[i * (len(conduits) - 1) // max(most - 1, 1)] for i in range(most)]
    for conduit in chosen:
        plan.write_text(without(text, conduit["id"]))
        code, cut, said = check(plan, capture)
        got = sorted(v["conversation"] for v in cut["violations"]) if cut else said
        if code != 1 or got != conduit["conversations"] or not got:
            return f"{capture.name}: without {conduit['id']} check ends with {code}; held {conduit['conversations'][:9]}, violations {got[:9]}"
    plan.unlink()
    return (len(conduits), len(chosen))


with ThreadPoolExecutor(2) as pool:
    results = list(pool.map(one, enumerate(captures)))
wrong = [result for result in results if isinstance(result, str)]
right = [result for result in results if isinstance(result, tuple)]
for line in wrong:
    print(line)
print(f"plans right for {len(right)} of {len(right) + len(wrong)} captures; {sum(r[0] for r in right)} conduits, {sum(r[1] for r in right)} taken out one by one")
sys.exit(1 if wrong or not right else 0)
