#!/usr/bin/env python3
"""Makes a large capture and times the whole program on it, beside ndpiReader where that is installed.

usage: speed.py SLUICE SHARED [PACKETS]
Prints packets per CPU-second, peak memory, the gain of two threads, and the ratio to ndpiReader in the same run. Fails only
below a floor that any machine keeps; the numbers are for comparing on one machine.
"""
import os, pathlib, resource, shutil, subprocess, sys, tempfile, time

sluice, shared = sys.argv[1], pathlib.Path(sys.argv[2])
packets = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
FLOOR = 500_000            # packets per CPU-second, so that a broken build is noticed on a slow machine
MEMORY_MIB = 200


def run(command):
    """CPU seconds, wall seconds, peak MiB; the best of three by CPU."""
    best = None
    for _ in range(3):
        start = time.time()
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
        _, status, usage = os.wait4(pid, 0)
        if status:
            sys.exit(f"{command} ended with {status}")
        this = (usage.ru_utime + usage.ru_stime, time.time() - start, usage.ru_maxrss / 1024)
        best = this if best is None or this[0] < best[0] else best
    return best


with tempfile.TemporaryDirectory() as work:
    big = os.path.join(work, "big.pcap")
    subprocess.run([sys.executable, str(shared / "tools/make_big_capture.py"), "--src", str(shared / "captures"), "--packets", str(packets), "--out", big], check=True, stdout=subprocess.DEVNULL)
    frames = int(subprocess.run([sluice, "analyze", big, "--format", "json", "--quiet"], capture_output=True, check=True).stdout.split(b'"packets":', 1)[1].split(b",", 1)[0])
    one = run([sluice, "analyze", big, "--format", "json", "--quiet", "--threads", "1"])
    two = run([sluice, "analyze", big, "--format", "json", "--quiet", "--threads", "2"])
    print(f"{frames} frames; one thread: {frames / one[0]:,.0f} a CPU-second, {one[2]:.0f} MiB; two threads: wall {one[1] / two[1]:.2f} times shorter, {two[2]:.0f} MiB")
    if shutil.which("ndpiReader"):
        peer = run(["ndpiReader", "-q", "-i", big])
        print(f"ndpiReader: {frames / peer[0]:,.0f} a CPU-second; Sluice is {peer[0] / one[0]:.2f} times as fast")
    if frames / one[0] < FLOOR or one[2] > MEMORY_MIB:
        sys.exit("too slow or too large")
