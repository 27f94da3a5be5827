"""A small plant network on one Linux machine: hosts are network namespaces, the wire is a hub with a mirror port.

A recording script makes hosts with plant-like addresses, starts real protocol stacks in them and records what the mirror
port shows. Needs root, iproute2, ethtool and tcpdump. Nothing leaves the machine: the namespaces have no way out.
"""
import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time
import traceback

TESTS = pathlib.Path(__file__).resolve().parent.parent / "crates/decode/tests/protocols"
CLONE_NEWNET = 0x40000000
# A peer that has not come to an end after this long is stuck.
PEER_SECONDS_MAX = 120

# MAC addresses with the makers' real prefixes: the first three bytes are what the registry of the IEEE says.
SIEMENS = "00:1b:1b:0a:03:%02x"
ROCKWELL = "00:00:bc:0a:03:%02x"
SCHNEIDER = "00:80:f4:0a:03:%02x"
BECKHOFF = "00:01:05:0a:03:%02x"
PHOENIX = "00:a0:45:0a:03:%02x"
HONEYWELL = "00:40:84:0a:03:%02x"
SEL = "00:30:a7:0a:03:%02x"
HIRSCHMANN = "00:80:63:0a:03:%02x"
CISCO = "00:00:0c:0a:03:%02x"
DELL = "f8:db:88:0a:04:%02x"
HP = "3c:52:82:0a:04:%02x"
LENOVO = "54:ee:75:0a:04:%02x"


def sh(*words, check=True):
    """Runs one command and answers what it printed."""
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


def say(*words):
    """A line of a peer's log: what it asked for and what it got."""
    print(*words, flush=True)


class Noting:
    """A client library whose calls are written down with their answers: the peer's own word on what happened."""

    def __init__(self, inner, show=repr):
        self.inner, self.show = inner, show

    def __getattr__(self, name):
        def call(*a, **k):
            said = ", ".join([*(str(v)[:80] for v in a), *(f"{n}={v}" for n, v in k.items())])
            try:
                answer = getattr(self.inner, name)(*a, **k)
            except Exception as problem:
                say(f"{name}({said}) -> {type(problem).__name__}: {str(problem)[:160]}")
                return None
            say(f"{name}({said}) -> {str(self.show(answer))[:160]}")
            return answer
        return call


def use(folder):
    """Puts another set of stacks first, for a second version of the same library."""
    sys.path.insert(0, f"{folder}/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages")


class Host:
    """A host: one namespace with one port on a wire."""

    def __init__(self, lab, name, mac, address):
        self.lab, self.name, self.mac, self.address = lab, name, mac, address
        self.namespace = f"{lab.name}-{name}"
        self.children = []

    def _enter(self):
        with open(f"/run/netns/{self.namespace}") as f:
            if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")

    def _fork(self, work, output):
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            os.setpgid(0, 0)
            self._enter()
            os.dup2(output, 1)
            os.dup2(output, 2) if os.environ.get("PEERS_QUIET") else None
            sys.stdout = os.fdopen(1, "w", buffering=1)
            work()
            sys.stdout.flush()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def start(self, work, *arguments, log=None):
        """Starts a server: a Python function, or the words of a command. It is ended with the lab."""
        out = open(log or os.devnull, "ab")
        if callable(work):
            self.children.append(self._fork(lambda: work(*arguments), out.fileno()))
        else:
            words = ["ip", "netns", "exec", self.namespace, *map(str, (work, *arguments))]
            child = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
            self.children.append(child.pid)
        out.close()

    def stop(self):
        """Ends what was started on this host."""
        for pid in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGTERM)
        time.sleep(0.2)
        for pid in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        self.children.clear()

    def run(self, work, *arguments, check=True, stdin=None):
        """Runs a client to its end and answers what it printed; that is also kept for the case's log."""
        if callable(work):
            read, write = os.pipe()
            pid = self._fork(lambda: work(*arguments), write)
            os.close(write)
            stop_at = time.time() + PEER_SECONDS_MAX
            chunks = []
            os.set_blocking(read, False)
            while time.time() < stop_at:
                with contextlib.suppress(BlockingIOError):
                    chunk = os.read(read, 65536)
                    if not chunk:
                        break
                    chunks.append(chunk)
                    continue
                time.sleep(0.02)
            else:
                os.killpg(pid, signal.SIGKILL)
            os.close(read)
            _, status = os.waitpid(pid, 0)
            text = b"".join(chunks).decode(errors="replace")
            code = os.waitstatus_to_exitcode(status)
        else:
            words = ["ip", "netns", "exec", self.namespace, *map(str, (work, *arguments))]
            done = subprocess.run(words, capture_output=True, text=True, input=stdin, errors="replace", timeout=PEER_SECONDS_MAX)
            text, code = done.stdout + done.stderr, done.returncode
        if code and check:
            raise RuntimeError(f"{self.name}: {getattr(work, '__name__', work)} ended with {code}:\n{text}")
        self.lab.log.append(text)
        return text

    def wait_port(self, port, transport="tcp", seconds=20):
        """Waits until something listens on the port."""
        flag = "-ltnH" if transport == "tcp" else "-lunH"
        for _ in range(int(seconds * 10)):
            if sh("ip", "netns", "exec", self.namespace, "ss", flag, f"sport = :{port}").strip():
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.name}: nothing listens on {transport} port {port}")


class Lab:
    """One wire with its hosts. Leaving the block takes everything down."""

    def __init__(self, name, folder=None):
        self.name, self.hosts, self.log = f"rec-{name}", [], []
        self.folder = pathlib.Path(folder) if folder else TESTS / name
        self.wire = f"{self.name}-wire"

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clear()
        sh("ip", "netns", "add", self.wire)
        # A bridge that forgets at once is a hub: the mirror port sees every frame exactly once.
        self._wire("ip", "link", "add", "hub", "type", "bridge", "ageing_time", "0", "mcast_snooping", "0", "group_fwd_mask", "0x4000")
        self._wire("ip", "link", "add", "mirror", "type", "veth", "peer", "name", "tap")
        self._wire("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        self._wire("ip", "link", "set", "tap", "master", "hub")
        for port in ("hub", "tap", "mirror", "lo"):
            self._wire("ip", "link", "set", port, "up")
        return self

    def __exit__(self, *_):
        for host in self.hosts:
            host.stop()
        self._clear()

    def _wire(self, *words):
        return sh("ip", "netns", "exec", self.wire, *words)

    def _clear(self):
        for line in sh("ip", "netns", "list").splitlines():
            namespace = line.split()[0]
            if namespace == self.wire or namespace.startswith(self.name + "-"):
                sh("ip", "netns", "del", namespace)

    def host(self, name, mac, address, prefix=16, ipv6=False, up=True):
        """Adds a host. With no address it has only its MAC."""
        host = Host(self, name, mac, address)
        inside = ("ip", "netns", "exec", host.namespace)
        sh("ip", "netns", "add", host.namespace)
        if not ipv6:
            sh(*inside, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        port = f"p{len(self.hosts)}"
        sh("ip", "-n", self.wire, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
        sh(*inside, "ip", "link", "set", "eth0", "address", mac)
        # Frames on the wire must be what a network card sends: whole checksums, no merged segments.
        for device, where in (("eth0", inside), (port, ("ip", "netns", "exec", self.wire))):
            sh(*where, "ethtool", "-K", device, "tx", "off", "tso", "off", "gso", "off", "gro", "off", check=False)
        sh(*inside, "ip", "link", "set", "lo", "up")
        if address:
            sh(*inside, "ip", "address", "add", f"{address}/{prefix}", "broadcast", "+", "dev", "eth0")
        sh("ip", "-n", self.wire, "link", "set", port, "master", "hub", "up")
        if up:
            sh(*inside, "ip", "link", "set", "eth0", "up")
        self.hosts.append(host)
        return host

    @contextlib.contextmanager
    def capture(self, case, only="not arp", settle=0.4, log=True):
        """Records what the mirror port shows while the block runs: `<case>.pcap`, and beside it what the peers printed."""
        path = self.folder / f"{case}.pcap"
        self.log.clear()
        words = ["ip", "netns", "exec", self.wire, "tcpdump", "-i", "mirror", "-n", "-p", "-s", "0", "-U", "--immediate-mode",
                 "-Z", "root", "-w", str(path), *([only] if only else [])]
        dump = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        while "listening on" not in (line := dump.stderr.readline()):
            if not line:
                raise RuntimeError("tcpdump did not start")
        try:
            yield
            time.sleep(settle)
        finally:
            dump.send_signal(signal.SIGINT)
            dump.communicate()
        text = "".join(self.log)
        beside = path.with_suffix(".log")
        beside.unlink(missing_ok=True)
        if log and text.strip():
            beside.write_text(text)
        print(f"{path.parent.name}/{path.name}: {path.stat().st_size} bytes")
