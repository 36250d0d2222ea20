import subprocess


def test_the_browser_runs(chromium, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>hello</p><script>document.body.append(1 + 1)</script>")

    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        f"--user-data-dir={tmp_path}/profile",
        "--dump-dom",
        page.as_uri(),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    assert "<p>hello</p>" in shown
    assert "2</body>" in shown
