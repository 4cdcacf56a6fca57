"""A referrer or user agent by itself is read as the ETL reads it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clickstream.etl.classify import read_agent, read_referrer

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"
)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", ("(none)", "(direct)", "Direct"), id="empty"),
        pytest.param("https://www.google.com/", ("organic", "google", "Organic Search"), id="url"),
        pytest.param("google.com", ("organic", "google", "Organic Search"), id="host"),
        pytest.param("google.com/search?q=a", ("organic", "google", "Organic Search"), id="path"),
        pytest.param(
            "https://shop.example/?utm_source=News&utm_medium=email", ("email", "News", "Email"),
            id="landing page",
        ),
        pytest.param(
            "utm_source=google&utm_medium=cpc", ("cpc", "google", "Paid Search"), id="query alone"
        ),
        pytest.param(
            "https://shop.example/p?gclid=x", ("cpc", "google", "Paid Search"), id="click id"
        ),
        pytest.param("https://chatgpt.com/", ("referral", "chatgpt.com", "AI Assistants"), id="ai"),
        pytest.param(
            "android-app://com.google.android.gm/", ("email", "com.google.android.gm", "Email"),
            id="app",
        ),
        pytest.param("https://www.shop.example/cart", ("(none)", "(direct)", "Direct"), id="own"),
        pytest.param("https://paypal.com/pay", ("(none)", "(direct)", "Direct"), id="payment"),
        pytest.param("no address at all", ("(none)", "(direct)", "Direct"), id="text"),
    ],
)  # fmt: skip
def test_a_referrer_is_read(text: str, expected: tuple[str, str, str]) -> None:
    reading = read_referrer(text, host="shop.example")

    assert (reading.medium, reading.source, reading.channel) == expected
    assert reading.input == text


@pytest.mark.unit
def test_an_agent_is_read() -> None:
    browser, robot = (
        read_agent(CHROME),
        read_agent("Googlebot/2.1 (+http://www.google.com/bot.html)"),
    )

    assert (browser.browser, browser.os, browser.device) == ("Chrome", "Windows", "desktop")
    assert (browser.is_bot, browser.bot_score) == (False, 0)
    assert (robot.is_bot, robot.device) == (True, "bot")
    assert read_agent("").device == "unknown"


def test_the_command_answers_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "agents.txt"
    file.write_bytes(f"{CHROME}\r\n\ncurl/8.5.0\nnot utf-8 \xff".encode("latin-1"))
    command = [sys.executable, "-m", "clickstream.entrypoints.cli", "classify", "user-agent"]

    run = subprocess.run([*command, str(file)], capture_output=True, check=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]

    assert [one["input"] for one in answers[:3]] == [CHROME, "", "curl/8.5.0"]
    assert [one["is_bot"] for one in answers] == [False, False, True, False]
    assert set(answers[0]) >= {"input", "browser", "os", "device", "is_bot", "bot_score"}
    missing = subprocess.run([*command, str(tmp_path / "none")], capture_output=True, check=False)
    assert missing.returncode == 2
    assert b"Cannot read" in missing.stderr
