"""The pages of the members' site."""

from html import escape
from json import dumps
from urllib.parse import quote

HOME = "/"
ACCOUNT = "/account"
ECHO = "/echo"
LOGOUTS = ("/logout", "/session?do=sign-out", "/leave")
"""Ways to log out; the last can be told by its text alone."""
PROTECTED = (HOME, ACCOUNT, "/orders", ECHO)


def page(title: str, body: str) -> str:
    return f"<!doctype html><html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1>{body}</main>"


def home(elsewhere: str) -> str:
    """The way to everything: members' pages, ways out, and another site."""
    links = "".join(f'<li><a href="{path}">{path.strip("/").title()}</a>' for path in PROTECTED[1:])
    out = "".join(
        f'<li><a href="{path}">{text}</a>' for path, text in zip(LOGOUTS, ("Leave", "End", "Log out"), strict=True)
    )
    foreign = f'<li><a href="{elsewhere}/partner">Partner</a><img alt=ad width=9 height=9 src="{elsewhere}/ad.gif">'
    away = '<li><a href="/away">Away</a><img alt=away width=9 height=9 src="/away.gif">'
    return page(
        "Members", f'<p id=inside>Welcome inside</p><ul>{links}{out}{foreign}{away}<li><a href="/gone">Gone</a></ul>'
    )


def account() -> str:
    """A page with a bug that only members can see."""
    return page("Account", "<p>Yours</p><script>throw new Error('planted behind the login')</script>")


def orders() -> str:
    return page("Orders", '<p>None</p><a href="/account">Account</a> <a href="/flaky">Flaky</a>')


def echo(sent: str) -> str:
    """All that was sent, where detectors look: console, exceptions, links, texts, pictures' addresses."""
    text = dumps(sent).replace("</", "<\\/")
    said = (text, "document.cookie", f"btoa(unescape(encodeURIComponent({text})))")
    told = "".join(f"console.error({one});" for one in said)
    thrown = f"throw new Error({text} + document.cookie)"
    address = quote(sent, safe="")
    shown = f'<p>undefined {escape(sent)}</p><img src="/lost-{address}.png"><a href="/go?to={address}">on</a>'
    return page("Echo", f"{shown}<script>{told}{thrown}</script>")


def login_form(token: str, *, wrong: bool, action: str = "", steps: bool = False) -> str:
    """The form, with a search field before it that is not the user's name."""
    search = '<form action="/search"><input name=q placeholder=Search><button>Find</button></form>'
    secret = "" if steps else "<label>Password <input type=password name=password></label>"
    hint = "<p role=alert>Wrong user name or password</p>" if wrong else ""
    form = (
        f'<form method=post action="{action}"><input type=hidden name=token value="{token}">'
        f"<label>E-mail <input type=email name=username></label>{secret}<button>Sign in</button></form>"
    )
    return page("Sign in", f"{search}{hint}{form}")


def password_form(token: str, username: str) -> str:
    """The second step, where the name is asked for first."""
    hidden = "".join(
        f'<input type=hidden name={name} value="{escape(value)}">'
        for name, value in (("token", token), ("username", username))
    )
    field = "<input type=password name=password aria-label=Password>"
    return page("Password", f"<form method=post>{hidden}{field}<button>Next</button></form>")
