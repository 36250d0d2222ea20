"""Which links log out."""

import pytest

from bughive_worker.net.logout import logs_out

SITE = "https://shop.example"


@pytest.mark.parametrize(
    "path",
    [
        *("/logout", "/log-out", "/Log_Out", "/signout", "/sign-out/", "/users/sign_out", "/account/logoff.php"),
        *("/wp-login.php?action=logout&_wpnonce=1", "/?logout", "/?do=sign-out", "/auth/logout?next=/", "/doLogout"),
        *("/abmelden", "/ausloggen.html", "/deconnexion", "/d%C3%A9connexion", "/cerrar-sesion", "/connect/endsession"),
    ],
)
def test_an_address_that_logs_out(path):
    assert logs_out(f"{SITE}{path}")


@pytest.mark.parametrize(
    "text",
    [
        "Log out",
        "  LOG OUT ",
        "Logout",
        "Sign out",
        "Log out (ada)",
        "Sign out ada",
        "Abmelden",
        "Se déconnecter",
        "退出",
    ],
)
def test_a_text_that_logs_out(text):
    assert logs_out(f"{SITE}/session/9", text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "Home"),
        ("/blog/how-to-log-out-of-everything", "How to log out"),
        ("/products/signout-sheets", "Sheets for schools"),
        ("/help?q=how+to+log+out", "Help"),
        ("/blogout", "Blog outtakes"),
        ("/signs", "Signs out of wood"),
        ("/checkout", "Check out"),
        ("/about", "Log out of all your devices at once: how it works"),
        ("/login", "Log in"),
    ],
)
def test_a_link_that_only_speaks_of_it(path, text):
    assert not logs_out(f"{SITE}{path}", text)
