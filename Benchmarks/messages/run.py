"""Runs the loads of messages against us, a floor in C and the servers that people would pick instead, in turn, and prints a table.

    run.py [--rounds N] [--seconds S] [WORK ...]
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

import servers

HERE = pathlib.Path(__file__).resolve().parent

# The loads of the table: what the load program is told, and what of its result is counted.
WORKS = {
    "w1": ("messages", ["--window", "32"]),
    "w1s": ("messages", ["--window", "1"]),
    "w2": ("deliveries", ["--users", "50", "--senders", "10", "--room", "--window", "8"]),
    "sparse": ("messages", ["--rate", "1000"]),
}


def build(folder):
    program = folder / "load"
    sources = sorted((HERE / "load").glob("*.c"))
    subprocess.run(["cc", "-O2", "-std=gnu17", "-o", program, *sources], check=True)
    return program


def run_load(program, server, arguments):
    """One load against a server that is started for it: what the load program measured."""
    with tempfile.TemporaryDirectory() as folder:
        server.start(pathlib.Path(folder))
        try:
            here, there = servers.cores()
            subprocess.run(["taskset", "-acp", str(here), str(server.pid)], check=True, stdout=subprocess.DEVNULL)
            done = subprocess.run(
                ["taskset", "-c", str(there), program, server.protocol, "--port", str(server.port), "--process",
                 str(server.pid), *arguments], capture_output=True, text=True, timeout=300)
        finally:
            server.stop()
    if done.returncode != 0:
        raise SystemExit(f"{server.name} {' '.join(arguments)}: {done.stderr}")
    return json.loads(done.stdout)


def cell(results, counted, is_sparse):
    """The median of the rounds, and the middle and slow latencies of a sparse load."""
    value = f"{statistics.median(result[counted] / result['cpu'] for result in results):,.0f}"
    if not is_sparse:
        return value
    middle, slow = (round(statistics.median(result[key] for result in results)) for key in ("p50", "p99"))
    return f"{value}, {middle:,} / {slow:,}"


def table(program, contestants, works, rounds, more):
    results = {(server.name, work): [] for server in contestants for work in works}
    # Round by round, so that a change in what else the machine does meets all of them.
    for _ in range(rounds):
        for work in works:
            counted, arguments = WORKS[work]
            for server in contestants:
                result = run_load(program, server, arguments + more)
                results[server.name, work].append(result)
                print(f"  {work:7} {server.name:12} {result[counted] / result['cpu']:>12,.0f}   "
                      f"{result['cpu'] / result['wall']:.2f} of a core, p50 {result['p50']} µs, p99 {result['p99']} µs",
                      flush=True)
    print(f"\n| | {' | '.join(works)} |\n|---|{'---:|' * len(works)}")
    for server in contestants:
        cells = [cell(results[server.name, work], WORKS[work][0], work == "sparse") for work in works]
        print(f"| {server.name} | {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", default="3")
    parser.add_argument("--only", action="append", help="servers, by name")
    parser.add_argument("works", nargs="*", metavar="WORK", help=", ".join(WORKS))
    options = parser.parse_args()
    for work in options.works:
        if work not in WORKS:
            parser.error(f"there is no work {work}: {', '.join(WORKS)}")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        contestants = [servers.Relay(), servers.floor(folder), servers.redis(), servers.inspircd(), servers.ngircd()]
        for server in contestants:
            if not server.is_there:
                print(f"{server.name} is not installed and left out")
        contestants = [server for server in contestants
                       if server.is_there and (not options.only or server.name in options.only)]
        table(build(folder), contestants, options.works or list(WORKS), options.rounds, ["--seconds", options.seconds])


if __name__ == "__main__":
    main()
