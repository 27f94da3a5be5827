#!/usr/bin/env python3
"""Holds levels, roles, vendors and MACs against the answer keys of generated sites (NAME.peer/answers.json).

usage: levels.py SLUICE CAPTURES [--verbose]
Asked: the level on top is right for at least 90 % of the hosts with a known role that were seen, at most 2 % are wrong
among those called confident, no routed host has a MAC that is not its own, and no conversation between hosts of
which one does not exist.
"""
import ipaddress, json, pathlib, subprocess, sys

# Levels that are right for a role; a plant decides between neighbours (an engineering station is on 2 or 3).
LEVELS = {"plc": {"1"}, "rtu": {"1"}, "drive": {"0", "1"}, "controller": {"1"}, "ied": {"1"}, "outstation": {"1"}, "bms-controller": {"1"},
          "meter": {"0", "1"}, "io": {"0", "1"}, "hmi": {"2"}, "scada": {"2", "3"}, "master": {"2", "3"}, "ews": {"2", "3"}, "engineering": {"2", "3"},
          "historian": {"3", "3.5"}, "dc": {"4", "5"}, "web": {"4", "5"}, "wsus": {"4", "5"}, "pc": {"4", "5"}, "ws": {"4", "5"}, "workstation": {"4", "5"},
          "pivot": {"4", "5"}, "printer": {"4", "5"}, "server": {"3", "4", "5"}, "file": {"4", "5"}, "mail": {"4", "5"}}
CONFIDENT = 0.6
sluice, folder = sys.argv[1], pathlib.Path(sys.argv[2])
verbose = "--verbose" in sys.argv
right = of = wrong_high = high = foreign = 0
for peer in sorted(folder.glob("*.peer/answers.json")):
    capture = peer.parent.with_suffix("")
    answers = json.load(open(peer))
    plant = json.loads(subprocess.run([sluice, "analyze", str(capture), "--format", "json", "--quiet"], capture_output=True, check=True).stdout)
    at = {ip: asset for asset in plant["assets"] for ip in asset["ips"]}
    owners = {}
    for host in answers["topology"]["hosts"]:
        for interface in host["interfaces"]:
            owners[interface["mac"]] = host["id"]
    for host in answers["topology"]["hosts"]:
        for interface in host["interfaces"]:
            asset = at.get(interface["ip"])
            if not asset or not asset["packets_sent"]:
                continue
            strangers = [m for m in asset["macs"] if owners.get(m, host["id"]) != host["id"]]
            if strangers:
                foreign += 1
                print(f"{capture.name}: {interface['ip']} ({host['role']}) carries {strangers} of {owners[strangers[0]]}")
            want = LEVELS.get(host["role"])
            if not want:
                if verbose: print(f"{capture.name}: {interface['ip']} role {host['role']} not asked")
                continue
            of += 1
            good = asset["level"] in want
            right += good
            confident = asset["level_state"] == "inferred" and asset["level_confidence"] >= CONFIDENT
            high += confident
            wrong_high += confident and not good
            if verbose or not good:
                print(f"{capture.name}: {interface['ip']} {host['role']}: level {asset['level']} ({asset['level_confidence']}), want {sorted(want)}; roles {asset['roles']}; {asset['level_reasons'][:4]}")
print(f"levels right {right}/{of} = {right / max(of, 1):.3f}; confident {high}, wrong among them {wrong_high} = {wrong_high / max(high, 1):.3f}; foreign MACs {foreign}")
sys.exit(0 if of and right >= .9 * of and wrong_high <= .02 * high and not foreign else 1)
