#!/usr/bin/env python3
"""Cuts every capture at random places and flips random bytes: each must give a result, none may crash or hang.

usage: survive.py SLUICE CAPTURES [CUTS-PER-CAPTURE]     (fixed seed; all cuts of one capture are read in one go)
"""
import pathlib, random, subprocess, sys, tempfile

sluice, folder = sys.argv[1], pathlib.Path(sys.argv[2])
cuts = int(sys.argv[3]) if len(sys.argv) > 3 else 20
rng = random.Random(20260101)
done = bad = 0
with tempfile.TemporaryDirectory() as work:
    for truth in sorted(folder.glob("*.truth.json")):
        capture = truth.with_name(truth.name[: -len(".truth.json")])
        data = capture.read_bytes()
        for old in pathlib.Path(work).iterdir():
            old.unlink()
        for i in range(cuts):
            piece = bytearray(data[: rng.randrange(32, len(data))] if i % 2 else data)
            for _ in range(rng.randrange(0, 40)):
                piece[rng.randrange(24, len(piece))] = rng.randrange(256)
            pathlib.Path(work, f"{i:03}.pcap").write_bytes(piece)
        run = subprocess.run([sluice, "analyze", work, "--format", "json", "--quiet", "--threads", "1"], capture_output=True, timeout=300)
        done += cuts
        # 5: none of the pieces still begins like a capture
        if run.returncode not in (0, 5) or b"panicked" in run.stderr:
            bad += 1
            print(f"{capture.name}: exit {run.returncode}: {run.stderr[-300:].decode('utf8', 'replace')}")
print(f"{done} broken captures read, {bad} folders failed")
sys.exit(1 if bad else 0)
