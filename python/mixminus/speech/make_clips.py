"""Makes the clips beside it: ``python make_clips.py [FOLDER]`` with espeak-ng and PyAV installed.

The sentences are our own, the voices are espeak-ng's; the clips carry the licence of the package.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mixminus.apps.audio_files import AudioWriter, Samples, read_audio

RATE_HZ = 48_000
ACTIVE_LEVEL_DBOV = -26.0  # what telephony tests use, ITU-T P.800 annex B.1.7
MARGIN_DB = 15.9  # ITU-T P.56: speech is active within this distance of its own level
BIT_RATE_BPS = 24_000


class Clip(NamedTuple):
    """One speaker and what he says."""

    name: str
    voice: str
    speed_wpm: int
    pitch: int  # 0..99 of espeak-ng
    text: str


CLIPS = [
    Clip("vi_chair", "vi+m3", 150, 38,
         "Kính thưa các đồng chí, tôi xin tuyên bố khai mạc hội nghị trực tuyến toàn tỉnh. "
         "Đề nghị các điểm cầu kiểm tra lại âm thanh và hình ảnh."),
    Clip("vi_roll_call", "vi+f2", 155, 60,
         "Sau đây xin điểm danh các điểm cầu. Huyện Gia Viễn, huyện Nho Quan, "
         "thành phố Tam Điệp, xin mời trả lời."),
    Clip("vi_commune_me", "vi-vn-x-central+m1", 150, 45,
         "Điểm cầu thị trấn Me xin báo cáo. Chúng tôi nghe rất rõ, hình ảnh ổn định, "
         "có bốn mươi hai đại biểu tham dự."),
    Clip("vi_flood_level", "vi-vn-x-south+m7", 155, 50,
         "Báo cáo chủ tọa, mực nước sông Hoàng Long lúc sáu giờ sáng nay là ba phẩy chín mét, "
         "trên báo động hai, và đang lên chậm."),
    Clip("vi_evacuation", "vi+f4", 160, 66,
         "Huyện Kim Sơn đã đưa một trăm hai mươi hộ dân vùng ven biển đến nơi an toàn "
         "trước mười bảy giờ chiều nay."),
    Clip("vi_harvest", "vi-vn-x-central+f3", 150, 58,
         "Đề nghị các xã khẩn trương thu hoạch lúa chín, chuẩn bị máy bơm, "
         "và trực ban suốt ngày đêm."),
    Clip("vi_vaccines", "vi-vn-x-south+f1", 155, 62,
         "Về tiêm chủng, toàn huyện đã đạt chín mươi tám phần trăm. "
         "Chúng tôi kiến nghị tỉnh bổ sung vắc xin cho các trường học."),
    Clip("vi_recess", "vi+m5", 145, 34,
         "Xin cảm ơn các đồng chí. Hội nghị tạm nghỉ mười lăm phút, "
         "và sẽ tiếp tục vào lúc mười giờ."),
    Clip("en_central_post", "en-gb+m2", 155, 42,
         "Good morning, this is the central post office. "
         "We hear the province clearly, please go ahead with your report."),
    Clip("en_line_report", "en-us+f3", 165, 62,
         "The line to the district is stable. Packet loss is below one percent, "
         "and the delay is forty milliseconds."),
    Clip("en_flood_question", "en-gb-scotland+m4", 150, 48,
         "How many pumping stations are working tonight, "
         "and which of the river dykes still need people and sandbags?"),
    Clip("en_microphone", "en-gb-x-rp+f5", 155, 56,
         "Could the commune please move the microphone closer to the table? "
         "We hear an echo from the hall."),
]  # fmt: skip


def active_level_dbov(samples: Samples) -> float:
    """Level of the frames that hold speech, after the idea of ITU-T P.56, in dBov (RFC 6464)."""
    frames = samples[: len(samples) // 960 * 960].reshape(-1, 960).astype(np.float64) / 32768
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    level = float(levels.max())
    for _ in range(20):
        active = frames[levels > level - MARGIN_DB]
        level = float(10 * np.log10(np.mean(active**2)))
    return level


def speak(clip: Clip, folder: Path) -> Samples:
    """Return ``clip`` at 48 kHz and the common level, int16."""
    wav = folder / f"{clip.name}.wav"
    settings = ["-v", clip.voice, "-s", str(clip.speed_wpm), "-p", str(clip.pitch)]
    subprocess.run(["espeak-ng", *settings, "-w", str(wav), clip.text], check=True)
    raw = read_audio(wav, RATE_HZ)
    gain = 10 ** ((ACTIVE_LEVEL_DBOV - active_level_dbov(raw)) / 20)
    quiet = np.zeros(RATE_HZ // 10, np.int16)
    return np.concatenate([quiet, np.rint(raw * gain).astype(np.int16), quiet])


def main() -> None:
    """Write every clip, and say how long and how loud it is."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        for clip in CLIPS:
            samples = speak(clip, Path(folder))
            with AudioWriter(target / f"{clip.name}.opus", RATE_HZ, BIT_RATE_BPS) as writer:
                writer.write(samples)
            peak_dbov = 20 * np.log10(np.abs(samples.astype(int)).max() / 32768)
            print(
                f"{clip.name:18} {len(samples) / RATE_HZ:5.2f} s, active "
                f"{active_level_dbov(samples):6.2f} dBov, peak {peak_dbov:6.2f} dBov"
            )


if __name__ == "__main__":
    main()
