"""`python -m edge_app service`: a systemd unit that keeps the app running and sandboxes it."""

import getpass
import os
import pwd
import re
import shlex
import sys
from pathlib import Path

# The checkout or the site-packages folder that this package lies in.
HERE = Path(__file__).resolve().parents[2]
NAME = "digits"
INSTALL = """\
# python -m edge_app service{flags} | sudo tee /etc/systemd/system/{name}.service
{account}# sudo systemctl daemon-reload && sudo systemctl enable --now {name}
# Secrets, if there are any, one NAME=value a line (MQTT_PASSWORD, EDGE_APP_TOKEN): /etc/{name}.env, mode 600.
"""
ACCOUNT = "# sudo useradd --system --groups video --home-dir /nonexistent "
UNIT = """\
[Unit]
Description=Reads handwritten digits from the camera
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
WorkingDirectory=/
Environment=PYTHONPATH={here} PYTHONUNBUFFERED=1
EnvironmentFile=-/etc/{name}.env
User={user}
SupplementaryGroups=video
StateDirectory={name}

# Restarted after a crash, an error, or this many seconds without a frame.
WatchdogSec=30
TimeoutStartSec=60
Restart=on-failure
RestartSec=2
TimeoutStopSec=5
KillMode=mixed

# It may look through cameras and talk to the network; everything else is closed.
DevicePolicy=closed
DeviceAllow=char-video4linux rw
DeviceAllow=char-media rw
DeviceAllow=char-dma_heap rw
DeviceAllow=/dev/udmabuf rw
DeviceAllow=char-drm r
MemoryMax=600M
# A model on trial that takes too much is ended; the app goes on.
OOMPolicy=continue
TasksMax=64
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={protect_home}
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077

[Install]
WantedBy=multi-user.target
"""


def print_unit(flags: list[str], user: str | None) -> int:
    """Prints the unit for flags that `run` understands, and an account (None: this one); returns the exit code."""
    account = user or getpass.getuser()
    print(unit(flags, "digits" if account == "root" else account), end="")
    return 0


def unit(flags: list[str], user: str) -> str:
    """The text of the unit.

    Args:
        flags: of `run`.
        user: the account.
    """
    python = Path(sys.executable)
    command = " ".join(quoted(part) for part in (str(python), "-P", "-m", "edge_app", "run", *flags))
    at_home = any(path.parts[1:2] in {("home",), ("root",)} for path in (python, HERE, *_paths(flags)))
    install = INSTALL.format(
        flags=f" -- {shlex.join(flags)}" if flags else "",
        name=NAME,
        account="" if _exists(user) else ACCOUNT + user + "\n",
    )
    body = UNIT.format(
        command=command, here=quoted(str(HERE)), name=NAME, user=user, protect_home="read-only" if at_home else "yes"
    )
    return install + "\n" + body


def quoted(text: str) -> str:
    """A word as systemd's command lines want it: % and $ doubled, quoted if it holds more than plain characters."""
    text = text.replace("%", "%%").replace("$", "$$")
    if re.fullmatch(r"[\w@:./,+=$%-]+", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _paths(flags: list[str]) -> list[Path]:
    return [Path(flag).absolute() for flag in flags if os.sep in flag and "://" not in flag]
