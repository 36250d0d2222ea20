import pytest

from bughive_protocol.frontier import PageEnd
from bughive_worker.browser.ends import end_of, net_error


@pytest.mark.parametrize(
    ("error", "end"),
    [
        ("Page.goto: net::ERR_TOO_MANY_REDIRECTS at http://a/", PageEnd.REDIRECT_LOOP),
        ("Page.goto: net::ERR_CERT_AUTHORITY_INVALID at https://a/", PageEnd.BAD_TLS),
        ("Page.goto: net::ERR_SSL_PROTOCOL_ERROR at https://a/", PageEnd.BAD_TLS),
        ("Page.goto: net::ERR_NAME_NOT_RESOLVED at http://a/", PageEnd.DNS_FAILURE),
        ("Page.goto: net::ERR_CONNECTION_REFUSED at http://a/", PageEnd.UNREACHABLE),
        ("Page.goto: net::ERR_EMPTY_RESPONSE at http://a/", PageEnd.UNREACHABLE),
        ("Page.goto: net::ERR_CONNECTION_TIMED_OUT at http://a/", PageEnd.TIMED_OUT),
        ("Page.goto: net::ERR_UNSAFE_REDIRECT at http://a/", PageEnd.REDIRECTED_AWAY),
        ("Page.goto: net::ERR_ABORTED at http://a/204", PageEnd.DOWNLOAD),
        ("Page.goto: Download is starting", PageEnd.DOWNLOAD),
        ("Page.goto: Page crashed", PageEnd.CRASHED),
        ("Page.goto: Target page, context or browser has been closed", PageEnd.CRASHED),
        ("something new", PageEnd.UNREACHABLE),
    ],
)
def test_an_error_text_is_an_end(error, end):
    assert end_of(error) is end


def test_the_browsers_own_word_is_kept_and_a_long_text_is_cut():
    assert net_error("Page.goto: net::ERR_CONNECTION_RESET at http://a/\nCall log:") == "net::ERR_CONNECTION_RESET"
    assert net_error("first line\nBrowser logs: ...") == "first line"
    assert len(net_error("x" * 5000)) == 200
