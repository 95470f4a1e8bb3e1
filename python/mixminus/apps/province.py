"""The reference deployment: the conference network of Ninh Bình province as it was in 2022."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from mixminus.apps.network import NetworkProfile

__all__ = ["DISTRICTS", "LINES", "TIERS", "Site", "centre_site", "province_sites"]

TIERS = ("centre", "province", "district", "commune")

# district: title of its seat of government, of its party office; the one of the town of Me first
DISTRICTS = {
    "Gia Viễn": ("huyện", "Huyện ủy"),
    "Ninh Bình": ("thành phố", "Thành ủy"),
    "Tam Điệp": ("thành phố", "Thành ủy"),
    "Hoa Lư": ("huyện", "Huyện ủy"),
    "Kim Sơn": ("huyện", "Huyện ủy"),
    "Nho Quan": ("huyện", "Huyện ủy"),
    "Yên Khánh": ("huyện", "Huyện ủy"),
    "Yên Mô": ("huyện", "Huyện ủy"),
}

# district: kind of commune: names
COMMUNES = {
    "Gia Viễn": {
        "thị trấn": "Me",
        "xã": "Gia Hòa, Gia Hưng, Gia Lạc, Gia Lập, Gia Minh, Gia Phong, Gia Phú, Gia Phương, "
        "Gia Sinh, Gia Tân, Gia Thanh, Gia Thắng, Gia Thịnh, Gia Tiến, Gia Trấn, Gia Trung, "
        "Gia Vân, Gia Vượng, Gia Xuân, Liên Sơn",
    },
    "Ninh Bình": {
        "phường": "Bích Đào, Đông Thành, Nam Bình, Nam Thành, Ninh Khánh, Ninh Phong, Ninh Sơn, "
        "Phúc Thành, Tân Thành, Thanh Bình, Vân Giang",
        "xã": "Ninh Nhất, Ninh Phúc, Ninh Tiến",
    },
    "Tam Điệp": {
        "phường": "Bắc Sơn, Nam Sơn, Tân Bình, Tây Sơn, Trung Sơn, Yên Bình",
        "xã": "Đông Sơn, Quang Sơn, Yên Sơn",
    },
    "Hoa Lư": {
        "thị trấn": "Thiên Tôn",
        "xã": "Ninh An, Ninh Giang, Ninh Hải, Ninh Hòa, Ninh Khang, Ninh Mỹ, Ninh Thắng, Ninh Vân, "
        "Ninh Xuân, Trường Yên",
    },
    "Kim Sơn": {
        "thị trấn": "Phát Diệm, Bình Minh",
        "xã": "Ân Hòa, Chất Bình, Cồn Thoi, Định Hóa, Đồng Hướng, Hồi Ninh, Hùng Tiến, Kim Chính, "
        "Kim Định, Kim Đông, Kim Hải, Kim Mỹ, Kim Tân, Kim Trung, Lai Thành, Lưu Phương, Như Hòa, "
        "Quang Thiện, Tân Thành, Thượng Kiệm, Văn Hải, Xuân Chính, Yên Lộc",
    },
    "Nho Quan": {
        "thị trấn": "Nho Quan",
        "xã": "Cúc Phương, Đồng Phong, Đức Long, Gia Lâm, Gia Sơn, Gia Thủy, Gia Tường, Kỳ Phú, "
        "Lạc Vân, Lạng Phong, Phú Lộc, Phú Long, Phú Sơn, Quảng Lạc, Quỳnh Lưu, Sơn Hà, Sơn Lai, "
        "Sơn Thành, Thạch Bình, Thanh Lạc, Thượng Hòa, Văn Phong, Văn Phú, Văn Phương, Xích Thổ, "
        "Yên Quang",
    },
    "Yên Khánh": {
        "thị trấn": "Yên Ninh",
        "xã": "Khánh An, Khánh Công, Khánh Cư, Khánh Cường, Khánh Hải, Khánh Hòa, Khánh Hội, "
        "Khánh Hồng, Khánh Lợi, Khánh Mậu, Khánh Nhạc, Khánh Phú, Khánh Thành, Khánh Thiện, "
        "Khánh Thủy, Khánh Tiên, Khánh Trung, Khánh Vân",
    },
    "Yên Mô": {
        "thị trấn": "Yên Thịnh",
        "xã": "Khánh Dương, Khánh Thịnh, Khánh Thượng, Mai Sơn, Yên Đồng, Yên Hòa, Yên Hưng, "
        "Yên Lâm, Yên Mạc, Yên Mỹ, Yên Nhân, Yên Phong, Yên Thái, Yên Thắng, Yên Thành, Yên Từ",
    },
}

# operator of the line: how it behaves; made up, in the range of a private network's last mile
LINES = {
    "VNPT": NetworkProfile(
        delay_ms=6,
        jitter_ms=3,
        spike_probability=0.0005,
        spike_ms=40,
        loss_probability=0.003,
        loss_burst_packets=2,
        reorder_probability=0.0005,
    ),
    "Viettel": NetworkProfile(
        delay_ms=9,
        jitter_ms=5,
        spike_probability=0.001,
        spike_ms=60,
        loss_probability=0.006,
        loss_burst_packets=1.5,
        reorder_probability=0.002,
        duplicate_probability=0.0005,
    ),
}

# what the equipment bought over the years speaks; dealt out in turn
CODECS = {
    "centre": ("opus",),
    "province": ("opus",),
    "district": ("opus", "opus", "opus", "g722"),
    "commune": ("opus", "opus", "pcma", "opus", "opus", "g722", "opus", "opus", "pcmu", "opus"),
}


@dataclass(frozen=True)
class Site:
    """One meeting room with its endpoint and line."""

    name: str
    tier: str  # of TIERS
    district: str  # empty for the rooms of province and centre
    codec: str  # kind, as Conference.add_leg takes it
    operator: str  # of LINES


def centre_site() -> Site:
    """Return the room in the capital that the province is joined with."""
    return _site("centre", 0, "Văn phòng Chính phủ", "")


def province_sites(count: int = 162) -> list[Site]:
    """Return ``count`` of the 3 provincial, 16 district and 143 commune sites.

    Fewer than all keep every tier: the first three are a room of the province, one of a district
    and a commune, the rest follow from above.

    Raises
    ------
    ValueError
        ``count`` is not in 3..162.
    """
    tiers = [
        [_site(tier, index, *room) for index, room in enumerate(rooms)]
        for tier, rooms in zip(TIERS[1:], (_provincial(), _districts(), _communes()), strict=True)
    ]
    everyone = [*(tier[0] for tier in tiers), *(site for tier in tiers for site in tier[1:])]
    if not 3 <= count <= len(everyone):
        raise ValueError(f"the province has 3 to {len(everyone)} sites, not {count}")
    return everyone[:count]


def _site(tier: str, index: int, name: str, district: str) -> Site:
    codec = CODECS[tier][index % len(CODECS[tier])]
    # one operator serves the upper tiers, the communes are shared out
    operator = "Viettel" if tier == "commune" and index % 2 else "VNPT"
    return Site(name, tier, district, codec, operator)


def _provincial() -> list[tuple[str, str]]:
    return [(f"{body} Ninh Bình", "") for body in ("UBND tỉnh", "Tỉnh ủy", "HĐND tỉnh")]


def _districts() -> list[tuple[str, str]]:
    halls = [(f"UBND {title} {name}", name) for name, (title, _) in DISTRICTS.items()]
    party_offices = [(f"{office} {name}", name) for name, (_, office) in DISTRICTS.items()]
    return halls + party_offices


def _communes() -> list[tuple[str, str]]:
    """District by district in turn, so that a part of the list still has all of them."""
    by_district = [
        [
            (f"UBND {kind} {name}", district)
            for kind, names in kinds.items()
            for name in names.split(", ")
        ]
        for district, kinds in COMMUNES.items()
    ]
    return [room for rooms in zip_longest(*by_district) for room in rooms if room]
