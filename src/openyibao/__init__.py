"""OpenYibao: an open platform for a national digital medical-insurance credential (医保电子凭证 / 医保码)."""

__version__ = "0.1.0"
