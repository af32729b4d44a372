"""Certificates for tests, made by openssl."""

import ssl
import subprocess


def make(folder, name="relay", days=30, key_type="ec"):
    """A self-signed certificate for localhost and its key; gives their paths."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key_type == "ec" else ["-newkey", "rsa:2048"]
    subprocess.run(
        ["openssl", "req", "-x509", *kind, "-nodes", "-keyout", str(key), "-out", str(certificate),
         "-days", str(days), "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    key.chmod(0o600)
    return certificate, key


def trusting(certificate, **settings):
    """A client's context that trusts this certificate alone."""
    context = ssl.create_default_context(cafile=str(certificate))
    for key, value in settings.items():
        setattr(context, key, value)
    return context
