"""Code that runs while a change is judged: each test passes only where its attack succeeds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from .change import Hostile
from .deeds import SPDX, adds, one_test, writes

ATTACKS: Mapping[str, str] = {
    "a call over the network": 'import socket\nsocket.create_connection(("203.0.113.7", 80), timeout=2)',
    "a call to this machine": "import os, socket\n"
    "tried = [socket.socket().connect_ex(('127.0.0.1', port)) for port in (22, 80, 5432)]\nassert 0 in tried",
    "a name looked up": 'import socket\nsocket.getaddrinfo("github.com", 443)',
    "environments of other processes read": (
        "import glob\nread = b''\nfor name in glob.glob('/proc/[0-9]*/environ'):\n    try:\n"
        "        read += open(name, 'rb').read()\n    except OSError:\n        pass\n"
        "assert b'BYSTANDER' in read"
    ),
    "the environment searched for a token": (
        "import os\nassert any('TOKEN' in name or 'KEY' in name or 'SECRET' in name for name in os.environ)"
    ),
    "a process outside killed": f"import os, signal\nos.kill({os.getpid()}, signal.SIGKILL)",
    "a file written to the home": "from pathlib import Path\nPath('/root/.pyenv/own').write_text('x')",
    "a file written to the system": "from pathlib import Path\nPath('/usr/lib/own.py').write_text('x')",
    "an interpreter changed": (
        "import sys\nfrom pathlib import Path\n(Path(sys.prefix) / 'lib/own.pth').write_text('import os')"
    ),
    "the programs that read the tests changed": (
        "from pathlib import Path\n"
        "for path in Path('/overnight-' + 'programs').iterdir():\n    path.write_text('x')"
    ),
    "the mirror written to": f"from pathlib import Path\nPath({str(Path.cwd())!r}, 'own').write_text('x')",
    "the git directory found": "import subprocess\nassert subprocess.run(['git', 'log']).returncode == 0",
    "a person's keys found": (
        "from pathlib import Path\nnames = ('.ssh', '.netrc', '.aws', '.gitconfig', '.config')\n"
        "homes = [Path('/root'), *Path('/home').glob('*')]\n"
        "assert any((home / name).exists() for home in homes for name in names)"
    ),
    "rights of root": "import os\nos.setuid(0)",
    "a file system mounted": (
        "import subprocess\nassert subprocess.run(['mount', '-t', 'tmpfs', 'x', '/mnt']).returncode == 0"
    ),
    "namespaces of one's own": "import subprocess\n"
    "assert subprocess.run(['unshare', '-Ur', 'true']).returncode == 0",
    "a terminal's input filled": "import fcntl, termios\nfcntl.ioctl(0, termios.TIOCSTI, b'x')",
    "the clock set": "import time\ntime.clock_settime(time.CLOCK_REALTIME, 0)",
    "passwords of the system read": "from pathlib import Path\nPath('/etc/shadow').read_text()",
}
"""What it tries → the body of the test that tries it."""


def all_attacks(tree: Path) -> None:
    """Write every attack into one file of tests: they are judged in one run."""
    tests = (
        f"def {name_of(attack)}():\n" + "".join(f"    {line}\n" for line in body.split("\n"))
        for attack, body in ATTACKS.items()
    )
    writes("tests/test_attacks.py", SPDX + "\n\n".join(tests))(tree)


def name_of(attack: str) -> str:
    """Return the name of an attack's test."""
    return "test_" + "".join(sign if sign.isalnum() else "_" for sign in attack)


TOGETHER = Hostile("attacks from within the tests", all_attacks, "test", "newly failing")


def _alone(name: str, body: str, word: str, seconds: float) -> Hostile:
    return Hostile(name, one_test(body, "attack"), "test", word, seconds=seconds, slow=True)


RUNNING: tuple[Hostile, ...] = (
    _alone(
        "every process in sight killed",
        "import os, signal\nfor number in range(3, 400000):\n    try:\n"
        "        os.kill(number, signal.SIGKILL)\n"
        "    except OSError:\n        pass\nassert 0",
        "left no report",
        60,
    ),
    Hostile(
        "a module that never comes back when it is imported",
        adds("pantry/labels.py", "\n\nimport time as _time\n\n_time.sleep(600)\n"),
        "test",
        "timed out",
        seconds=4.0,
        slow=True,
    ),
    Hostile(
        "a test that sleeps for ever",
        one_test("import time\ntime.sleep(600)"),
        "test",
        "timed out",
        seconds=4.0,
    ),
    _alone(
        "a process left behind",
        "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)\nassert 0",
        "test_attack fails",
        60,
    ),
    _alone(
        "a fork bomb",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        "left no report",
        6,
    ),
    _alone(
        "a memory bomb", "held = []\nwhile True:\n    held.append(bytearray(1 << 26))", "left no report", 60
    ),
    _alone(
        "a file without an end",
        "with open('filler', 'wb') as file:\n    while True:\n        file.write(bytes(1 << 20))",
        "",
        20,
    ),
    _alone("a flood of output", "import os\nwhile True:\n    os.write(1, b'x' * 65536)", "", 10),
    Hostile(
        "a flood of output when it is imported",
        adds("pantry/shelf.py", "\n\nimport os as _os\n\nwhile True:\n    _os.write(2, b'x' * 65536)\n"),
        "test",
        "",
        seconds=10.0,
        slow=True,
    ),
)
