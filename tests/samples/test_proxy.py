"""The entrance's Caddyfile is one that Caddy takes, and it finds the service of an app by the app's domain."""

from __future__ import annotations

import subprocess

import pytest

from coopnb.samples import RECIPES
from tests.samples.stack import stack, until
from tests.testbed.engine import RealEngine

pytestmark = pytest.mark.real

ECHO = "mkdir /w; echo {} > /w/index.html; exec httpd -f -p 80 -h /w"


def fetch(engine: RealEngine, domain: str) -> str:
    """Ask the entrance for a domain over HTTPS, as somebody who trusts every certificate."""
    address = ("--resolve", f"{domain}:443:127.0.0.1", f"https://{domain}/")
    command = ["nsenter", f"--net={engine.netns}", "curl", "-sS", "--insecure", "--max-time", "5", *address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return done.stdout.strip() or done.stderr.strip()


def test_the_entrance_answers_for_itself_and_passes_domains_on_to_their_services(real_images: RealEngine) -> None:
    """Over HTTPS, the entrance's own name must answer "ok", and an app's domain the app's service."""
    backends = {"example.org": "example_org_app", "shop.two-parts.example.org": "shop_two-parts_example_org_app"}
    try:
        for service in backends.values():
            options = ("--detach", "--no-resolve-image", "--endpoint-mode", "dnsrr", "--network", "proxy")
            command = ("busybox:1.36", "sh", "-c", ECHO.format(service))
            real_images.docker("service", "create", *options, "--name", service, *command)
        with stack(real_images, "entrance.example.org", 443) as entrance:
            domains = "".join(f", {domain}" for domain in backends)
            entrance.deploy(RECIPES / "proxy/1.0.0+2.8.4", LOCAL_CERTS="true", DOMAINS=domains)
            until(lambda: entrance.replicas() == {"1/1"}, 60)
            assert fetch(real_images, "entrance.example.org") == "ok"
            for domain, service in backends.items():
                until(lambda name=domain, text=service: fetch(real_images, name) == text, 30)  # type: ignore[misc]
    finally:
        for service in backends.values():
            real_images.docker("service", "rm", service, check=False)
