import gzip
import time

import pytest

from bughive_worker.net.sitemap_text import read_sitemap


def read(body, most_bytes=1_000_000, most_locations=1000):
    return read_sitemap(body, most_bytes=most_bytes, most_locations=most_locations)


URLSET = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc>http://h/a?x=1&amp;y=2</loc><image:image><image:loc>http://h/a.jpg</image:loc></image:image></url>
  <url><loc>
    http://h/b
  </loc><lastmod>2026-05-12</lastmod></url>
  <!-- <url><loc>http://h/gone</loc></url> -->
  <url><loc><![CDATA[http://h/c?x=1&y=2]]></loc></url>
</urlset>"""
FOUND = ("http://h/a?x=1&y=2", "http://h/b", "http://h/c?x=1&y=2")


@pytest.mark.parametrize(
    "body",
    [
        URLSET,
        gzip.compress(URLSET),
        b"\xef\xbb\xbf \n" + URLSET,
        URLSET.decode().encode("utf-16"),
        URLSET.replace(b"UTF-8", b"no-such-code"),
        URLSET.replace(b"UTF-8", b"iso-8859-1"),
        URLSET.replace(b"<url>", b"<s:url>").replace(b"<loc>", b"<s:loc>").replace(b"</loc>", b"</s:loc>"),
        URLSET.replace(b"<loc>", b'<LOC class="x">'),
        URLSET.removesuffix(b"</url>\n</urlset>"),
        URLSET.replace(b"<lastmod>2026-05-12</lastmod>", b"<lastmod>2026 & <b>"),
    ],
)
def test_the_pages_are_read_whatever_the_files_dress(body):
    assert read(body).locations == FOUND
    assert not read(body).is_index


def test_an_index_names_sitemaps():
    found = read(b"<?xml version='1.0'?><sitemapindex><sitemap><loc>http://h/1.xml.gz</loc></sitemap></sitemapindex>")
    assert found.is_index
    assert found.locations == ("http://h/1.xml.gz",)


def test_a_text_file_has_one_url_a_line():
    assert read(b"http://h/a\r\nhttps://h/b\n\nnonsense\n").locations == ("http://h/a", "https://h/b")


def test_entities_do_not_expand():
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found = read(laughs + b"<urlset><url><loc>http://h/&b;&x;</loc></url></urlset>")
    assert found.locations == ("http://h/&b;&x;",)


def test_files_are_read_only_so_far():
    many = b"<urlset>" + b"<url><loc>http://h/a</loc></url>" * 5000
    assert len(read(many).locations) == 1000
    assert len(read(many, most_bytes=315).locations) == 9
    bomb = gzip.compress(b"<urlset>" + b" " * 50_000_000 + b"<url><loc>http://h/a</loc></url>")
    assert read(bomb).locations == ()


@pytest.mark.parametrize("body", [b"", b"\x1f\x8bnonsense", b"<", b"<html></html>", b"\x00" * 100, b"%PDF-1.7"])
def test_nonsense_has_no_pages(body):
    assert read(body).locations == ()


@pytest.mark.parametrize(
    "body", [b"<loc>" * 200_000, b"<!--" * 200_000, b"<loc " + b"x" * 1_000_000, b"<loc>" + b" " * 1_000_000]
)
def test_hostile_files_are_read_in_no_time(body):
    started = time.perf_counter()
    read(body)
    assert time.perf_counter() - started < 1
