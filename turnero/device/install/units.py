"""systemd's part: the program, the screens, their users, and how much the journal may keep."""

from pathlib import PurePosixPath
from typing import Final

import msgspec

from turnero.device.install.shape import DATA, ENVIRONMENT, HARDWARE, SCREENS, File, Plan

UNITS: Final = PurePosixPath("/etc/systemd/system")
#: seconds of silence after which systemd starts the program again
WATCHDOG_S: Final = 60

# MemoryDenyWriteExecute is left out: ctypes, which pyusb needs, makes its call-backs in such memory.
# So is ProtectClock: it forbids asking, too, whether a time server keeps the clock right (adjtimex),
# and without a capability nobody sets it.
_HARDENED: Final = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={home}
ProtectProc=invisible
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
PrivateTmp=yes
PrivateMounts=yes
RemoveIPC=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallFilter=adjtimex clock_adjtime clock_adjtime64
SystemCallErrorNumber=EPERM
DevicePolicy=closed
DeviceAllow=char-ttyS rw
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-ttyAMA rw
DeviceAllow=char-usb rw
DeviceAllow=char-usb_device rw
UMask=0077
"""

_DEVICE: Final = """\
# Written by `turnero device install`.
[Unit]
Description=Turnero box: kiosk, printers, signs and scanner
Wants=network-online.target
After=network-online.target time-sync.target systemd-udevd.service
# it is never given up, however often it failed
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
WatchdogSec={watchdog}
Restart=always
RestartSec=2
TimeoutStartSec=120
TimeoutStopSec=15
KillMode=mixed
User=turnero-device
SupplementaryGroups={hardware} dialout lp
StateDirectory={state}
StateDirectoryMode=0700
EnvironmentFile={environment}
ExecStart={program} device
LimitNOFILE=4096
{hardened}
[Install]
WantedBy=multi-user.target
"""

# Chromium makes its own sandbox, which takes namespaces and the system calls for them.
_SHOWN: Final = """\
# Written by `turnero device install`.
[Unit]
Description=Turnero box: what its screens show
Wants=turnero-device.service
After=turnero-device.service systemd-user-sessions.service
Conflicts=display-manager.service getty@tty7.service
ConditionPathExists={screens}
StartLimitIntervalSec=0

[Service]
Type=simple
Restart=always
RestartSec=3
TimeoutStopSec=10
User=turnero-screens
# a seat of its own, so that X may have the screens and the touch panels without being root
PAMName=login
TTYPath=/dev/tty7
TTYReset=yes
TTYVHangup=yes
StandardInput=tty
StandardOutput=journal
StateDirectory={state}
StateDirectoryMode=0700
WorkingDirectory=/var/lib/{state}
Environment=HOME=/var/lib/{state}
ExecStart=/usr/bin/xinit {program} device screens -- \\
    /usr/bin/Xorg :0 vt7 -keeptty -noreset -nolisten tcp -nocursor -s 0 -dpms
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome={home}
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
UMask=0077

[Install]
WantedBy=multi-user.target
"""

_USERS: Final = """\
# Written by `turnero device install`.
g {hardware} -
u turnero-device - "Turnero box" {data}
m turnero-device {hardware}
m turnero-device dialout
m turnero-device lp
"""
_WATCHERS: Final = """\
u turnero-screens - "Turnero screens" /var/lib/turnero-screens
m turnero-screens video
m turnero-screens audio
m turnero-screens input
"""

_JOURNAL: Final = """\
# Written by `turnero device install`.
[Journal]
Storage=persistent
SystemMaxUse=200M
SystemKeepFree=500M
RuntimeMaxUse=30M
MaxRetentionSec=30day
"""


def files(plan: Plan) -> list[File]:
    """Users, environment, units and the journal's limits."""
    program = str(plan.program)
    # a program that lies in somebody's home has to be read there
    home = "read-only" if plan.program.parts[1] in {"home", "root"} else "yes"
    users = _USERS.format(hardware=HARDWARE, data=DATA) + (_WATCHERS if plan.screens else "")
    found = [
        File(
            PurePosixPath("/etc/sysusers.d/turnero.conf"),
            users,
            "the users that run it, and who may use the hardware",
        ),
        File(
            ENVIRONMENT,
            "# Written by `turnero device install`.\n"
            f"TURNERO_SERVER={plan.server}\nTURNERO_DATA={DATA}\n"
            + (f"TURNERO_PING={plan.ping}\n" if plan.ping else "")
            + "".join(f"{line}\n" for line in plan.told),
            "which server this box belongs to",
            0o640,  # --ping's address lets feign this box, --alarm's may hold a password
        ),
        File(
            UNITS / "turnero-device.service",
            _DEVICE.format(
                watchdog=WATCHDOG_S,
                hardware=HARDWARE,
                state=DATA.name,
                environment=ENVIRONMENT,
                program=program,
                hardened=_HARDENED.format(home=home),
            ),
            "starts the box's program, and again whenever it falls silent",
        ),
        File(
            PurePosixPath("/etc/systemd/journald.conf.d/turnero.conf"),
            _JOURNAL,
            "how much the box's journal may keep",
        ),
    ]
    if plan.screens:
        shown = msgspec.json.format(
            msgspec.json.encode({"server": plan.server, "screens": plan.screens})
        )
        found += [
            File(SCREENS, shown.decode() + "\n", "what hangs where"),
            File(
                UNITS / "turnero-screens.service",
                _SHOWN.format(screens=SCREENS, state="turnero-screens", program=program, home=home),
                "X, and one Chromium for each screen",
            ),
        ]
    return found
