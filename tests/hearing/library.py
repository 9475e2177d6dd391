"""A library of real espeak-ng clips as the box's own clip store lays it out, with many clips that sound alike."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
import soxr

from firmware.audio.port import SAMPLE_RATE_HZ, Sound

VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
PEAK = 12_000

_DIGITS = "零一二三四五六七八九"
_TEENS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WEEKDAYS_EN = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip
_DEPARTMENTS = {
    "内科": "internal medicine",
    "外科": "surgery",
    "儿科": "paediatrics",
    "妇科": "gynaecology",
    "眼科": "eye clinic",
    "口腔科": "dentistry",
    "皮肤科": "skin clinic",
    "中医科": "Chinese medicine",
    "骨科": "orthopaedics",
}
_DOCTORS = {
    "王": "Wang",
    "李": "Li",
    "张": "Zhang",
    "刘": "Liu",
    "陈": "Chen",
    "赵": "Zhao",
    "黄": "Huang",
    "周": "Zhou",
}
_SENTENCES_ZH = (
    "您好，欢迎致电社区诊所。",
    "挂号请按一，取消挂号请按二，查询挂号请按三，转人工请按零。",
    "请输入您的就诊卡号，按井号键结束。",
    "请输入您的密码，按井号键结束。",
    "请输入您的出生年份，按井号键结束。",
    "请选择科室。",
    "请选择时间。",
    "请选择医生。",
    "对不起，没有听到您的选择。",
    "对不起，您的选择有误，请重新输入。",
    "挂号成功，您的预约号码是",
    "已为您取消挂号。",
    "今天的号已经挂满。",
    "您没有预约。",
    "谢谢您的来电，再见。",
    "请在嘀声后留言，按井号键结束。",
    "确认请按一，重新选择请按二。",
    "密码错误，请重新输入。",
    "您还可以再试一次。",
)
_SENTENCES_EN = (
    "Hello, this is the community clinic.",
    "To book a visit, press 1. To cancel a visit, press 2. For your bookings, press 3. For a person, press 0.",
    "Please key in your card number and end with the hash key.",
    "Please key in your PIN and end with the hash key.",
    "Please key in your year of birth and end with the hash key.",
    "Please choose a department.",
    "Please choose a time.",
    "Please choose a doctor.",
    "Sorry, I did not hear a key.",
    "Sorry, that key does nothing here. Please try again.",
    "You are booked. Your booking code is",
    "Your visit has been cancelled.",
    "All visits of today are taken.",
    "You have no bookings.",
    "Thank you for calling. Goodbye.",
    "Please leave a message after the tone and end with the hash key.",
    "To confirm, press 1. To choose again, press 2.",
    "The PIN is wrong. Please try again.",
    "You have one more try.",
)


def chinese_number(value: int) -> str:
    """0 to 99 in characters."""
    tens, ones = divmod(value, 10)
    if tens == 0:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def english_number(value: int) -> str:
    """0 to 99 in words."""
    if value < 20:
        return _TEENS[value]
    return _TENS[value // 10 - 2] + (f" {_TEENS[value % 10]}" if value % 10 else "")


def all_texts() -> list[tuple[str, str]]:
    """About 670 (language, text): everything that a small clinic's box may say."""
    zh = [*_SENTENCES_ZH, "幺", "元", "角", "请按", "号", "点半", "上午", "下午", "晚上"]
    zh += [chinese_number(each) for each in range(100)]
    zh += [f"{chinese_number(each)}号" for each in range(1, 61)]
    zh += [f"{chinese_number(each)}月" for each in range(1, 13)] + [f"星期{each}" for each in "一二三四五六日"]
    zh += [f"{day}{chinese_number(hour)}点{half}" for day, hours in (("上午", range(8, 12)), ("下午", range(1, 6)))
           for hour in hours for half in ("", "十分", "一刻", "二十分", "半", "四十分", "五十分")]  # fmt: skip
    zh += [f"{name}请按{key}" for name in _DEPARTMENTS for key in "一二三四五六七八九"[:5]]
    zh += [*_DEPARTMENTS, *(f"{name}医生" for name in _DOCTORS), *(f"{name}医生请按" for name in _DOCTORS)]
    en = [*_SENTENCES_EN, "yuan", "press", "number", "a m", "p m", "half past"]
    en += [english_number(each) for each in range(100)]
    en += [f"number {english_number(each)}" for each in range(1, 61)]
    en += [*_WEEKDAYS_EN, *_MONTHS]
    en += [f"{english_number(hour)} {minutes} {half}".replace("  ", " ")
           for half, hours in (("a m", range(8, 12)), ("p m", range(1, 6)))
           for hour in hours for minutes in ("", "ten", "fifteen", "twenty", "thirty", "forty", "fifty")]  # fmt: skip
    en += [f"For {name}, press {english_number(key)}." for name in _DEPARTMENTS.values() for key in range(1, 6)]
    en += [*_DEPARTMENTS.values(), *(f"Doctor {name}" for name in _DOCTORS.values())]
    return list(dict.fromkeys([*(("zh", text) for text in zh), *(("en", text) for text in en)]))


def make(folder: Path, texts: list[tuple[str, str]]) -> Path:
    """Speak `texts` into wav files (8 kHz, 16 bit) under `folder`, with index.jsonl beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        sounds = list(pool.map(lambda each: speak(*each), texts))
    with (folder / "index.jsonl").open("w", encoding="utf-8") as index:
        for number, ((language, text), sound) in enumerate(zip(texts, sounds, strict=True)):
            file = f"{number:04}.wav"
            soundfile.write(folder / file, sound, SAMPLE_RATE_HZ, subtype="PCM_16")
            index.write(json.dumps({"file": file, "language": language, "text": text}, ensure_ascii=False) + "\n")
    return folder


def speak(language: str, text: str) -> Sound:
    """One text by espeak-ng at 8 kHz, its silent ends trimmed to 20 ms."""
    command = ["espeak-ng", "-v", VOICES[language], "-s", "160", "--stdout", text]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    sound, rate = soundfile.read(BytesIO(wav), dtype="float32")
    sound = soxr.resample(sound, rate, SAMPLE_RATE_HZ)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max())
    sound = sound[max(0, loud[0] - 160) : loud[-1] + 160]
    scaled: Sound = np.round(sound / np.abs(sound).max() * PEAK).astype(np.int16)
    return scaled
