"""The serial devices that are there, for people who choose one for a line. Nothing is opened or asked."""

from __future__ import annotations

from pathlib import Path

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from firmware.modem.virtual.config import read_config
from firmware.modem.virtual.errors import BadConfig

BY_ID = Path("/dev/serial/by-id")
VOICE_MAKERS = {0x0BAF, 0x0572}  # USB vendors: U.S. Robotics, Conexant
GSM_MAKERS = {0x1E0E, 0x2C7C, 0x12D1, 0x19D2, 0x1199}  # SIMCom, Quectel, Huawei, ZTE, Sierra Wireless

Device = dict[str, str]


def present(network: Path) -> list[Device]:
    """Each device's stable path, what it calls itself and, where its maker tells, its kind: "voice", "gsm" or "".

    `network` is the folder of a virtual network, if there is one; its devices come too.
    """
    stable = {link.resolve(): link for link in sorted(BY_ID.glob("*"))}
    usb = [each for each in list_ports.comports() if each.vid is not None]  # a computer's own ports are no modems
    return [_described(each, stable) for each in sorted(usb)] + _virtual(network)


def _described(port: ListPortInfo, stable: dict[Path, Path]) -> Device:
    path = Path(port.device)
    kind = "voice" if port.vid in VOICE_MAKERS else "gsm" if port.vid in GSM_MAKERS else ""
    words = [port.manufacturer, port.product, port.interface]
    description = " ".join(word for word in words if word) or port.name
    return {"path": str(stable.get(path.resolve(), path)), "description": description, "kind": kind}


def _virtual(network: Path) -> list[Device]:
    kinds, models = {}, {}
    try:
        for line in read_config(network / "network.yaml").lines:
            kinds[line.name] = line.kind
            models[line.name] = line.model if line.kind == "voice" else "GSM"
    except BadConfig:
        pass  # its terminals are there all the same
    return [
        {"path": str(tty.absolute()), "description": models.get(tty.stem, ""), "kind": kinds.get(tty.stem, "")}
        for tty in sorted(network.glob("*.tty"))
    ]
