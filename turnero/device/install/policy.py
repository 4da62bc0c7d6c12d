"""Chromium's managed policy: the lock of a box. `--kiosk` alone is none: file:, view-source: and
chrome: open in it for anybody who gets hold of a keyboard.

Everything is blocked except the box's own pages and, where a screen is a board, the board that it brings.
"""

from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from turnero.device.install.shape import BOARD, LOCAL, File, Plan

PATH: Final = PurePosixPath("/etc/chromium/policies/managed/turnero.json")
_ALWAYS: Final[dict[str, Any]] = {
    # "*" alone leaves chrome://version open in Chromium 156; each of its own schemes is named
    "URLBlocklist": [
        "*",
        "chrome://*",
        "chrome-untrusted://*",
        "devtools://*",
        "file://*",
        "javascript://*",
        "view-source:*",
    ],
    # the voice of a board and the spoken guide begin without a touch
    "AutoplayAllowed": True,
    # 2: not at all
    "DeveloperToolsAvailability": 2,
    "RemoteDebuggingAllowed": False,
    "ViewSourceAllowed": False,
    # 3: no file is ever kept
    "DownloadRestrictions": 3,
    "AllowFileSelectionDialogs": False,
    "PrintingEnabled": False,
    # 1: no private windows, 0: no guests: both would have other rules
    "IncognitoModeAvailability": 1,
    "BrowserGuestModeEnabled": False,
    "BrowserAddPersonEnabled": False,
    "BrowserSignin": 0,
    "SyncDisabled": True,
    # 2: nobody may ask for any of these
    "DefaultNotificationsSetting": 2,
    "DefaultGeolocationSetting": 2,
    "DefaultPopupsSetting": 2,
    "DefaultWebBluetoothGuardSetting": 2,
    "DefaultWebUsbGuardSetting": 2,
    "DefaultSerialGuardSetting": 2,
    "AudioCaptureAllowed": False,
    "VideoCaptureAllowed": False,
    "ScreenCaptureAllowed": False,
    # nothing of a person is remembered, offered again or sent to anybody
    "PasswordManagerEnabled": False,
    "AutofillAddressEnabled": False,
    "AutofillCreditCardEnabled": False,
    "SearchSuggestEnabled": False,
    "TranslateEnabled": False,
    "SpellcheckEnabled": False,
    "MetricsReportingEnabled": False,
    "SafeBrowsingProtectionLevel": 0,
    "NetworkPredictionOptions": 2,
    "BackgroundModeEnabled": False,
    "ExtensionInstallBlocklist": ["*"],
    "PromotionsEnabled": False,
    "DefaultBrowserSettingEnabled": False,
    # a kiosk that fell is simply shown again
    "RestoreOnStartup": 5,
    "AllowDinosaurEasterEgg": False,
}


def allowed(plan: Plan) -> list[str]:
    """The addresses that may be shown: all of them the box's own."""
    return [LOCAL, BOARD] if any(one.show == "board" for one in plan.screens) else [LOCAL]


def file(plan: Plan) -> File:
    """The policy."""
    text = msgspec.json.format(msgspec.json.encode(_ALWAYS | {"URLAllowlist": allowed(plan)}))
    return File(PATH, text.decode() + "\n", "what Chromium may show on this box")
