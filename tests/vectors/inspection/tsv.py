"""Computes tsv.json: tab-separated values as IANA text/tab-separated-values has them, and files that are almost that."""
import base64
import json
import pathlib

cases = []


def shown(text, escaped=""):
    return "".join(c if " " <= c <= "~" and c not in escaped else f"\\u{{{ord(c):x}}}" for c in text)


def samples(content):
    """The first row, and its fields by name; none of these files has ten rows. An @ behind a letter is only in mail addresses here."""
    first = content.split("\n")[0].rstrip("\r")
    if any(n.find("@") > 0 for n in first.split("\t")):
        return {"column names": "withheld with row 1", "row 1": "withheld: it has what looks like a mail address"}
    return {"column names": ", ".join('"' + shown(n, '"\\') + '"' for n in first.split("\t")), "row 1": shown(first)}


def case(name, content, codes=(), accepted=None, rows=None, columns=None, fmt="tsv", path="data.tsv"):
    content = content.encode() if isinstance(content, str) else content
    refused = any(c in ("FORMAT_MALFORMED", "FORMAT_MISMATCH", "LIMIT_EXCEEDED", "PICKLE_REFUSED", "ARCHIVE_REFUSED") for c in codes)
    one = {
        "name": name, "path": path, "input": base64.b64encode(content).decode(), "format": fmt,
        "accepted": not refused if accepted is None else accepted, "codes": list(codes),
    }
    if rows is not None:
        one["summary"] = {"rows": rows, "columns": columns} | (samples(content.decode()) if content else {})
    cases.append(one)


def refuse(name, content, code="FORMAT_MALFORMED", fmt="tsv"):
    case(name, content, [code], fmt=fmt)


case("plain", "a\tb\n1\t2\n3\t4\n", rows="3", columns="2")
case("CR LF", "a\tb\r\n1\t2\r\n", rows="2", columns="2")
case("no end at the last record", "a\tb\n1\t2", rows="2", columns="2")
case("empty fields", "\t\t\n\t\t\n", rows="2", columns="3")
case("one column", "a\nb\n", rows="2", columns="1")
case("empty file", "", rows="0", columns="0")
case("commas and spaces are data", "a,b\t c \n1,2\t3, 4\n", rows="2", columns="2")
case("a quote within a field is data", "5\" disk\tsaid \"no\"\n\ta\"\n", rows="2", columns="2")
case("other scripts", "größe\t漢字\n😀\té\n", rows="2", columns="2")
case("negative numbers are data", "-1\t+2.5\n-.5\t-\n-\t+\n", rows="3", columns="2")
case("formula", "a\tb\n1\t=cmd()\n", ["CSV_FORMULA"], rows="2", columns="2")
case("formula with at", "@SUM(1)\tb\n", ["CSV_FORMULA"], rows="1", columns="2")
case("formula with minus", "-cmd()\tb\n", ["CSV_FORMULA"], rows="1", columns="2")
case("bidirectional control", "a\t\u202eb\n", ["BIDI_CONTROL"], rows="1", columns="2")
case("URL, address and formula", "=x\thttps://a.example/b\tc@d.example\n", ["CSV_FORMULA", "URLS", "EMAIL_ADDRESSES"], rows="1", columns="3")
refuse("column missing", "a\tb\n1\n")
refuse("column too many", "a\tb\n1\t2\t3\n")
refuse("blank line", "a\tb\n\n1\t2\n")
refuse("blank line at the end", "a\tb\n\n")
refuse("blank line in one column", "a\n\nb\n")
refuse("blank line first", "\na\n")
refuse("blank line with CR LF in one column", "a\r\n\r\nb\r\n")
refuse("nothing but a line feed", "\n")
refuse("a field that begins with a quote", "a\t\"b\"\n1\t2\n")
refuse("a quote that would join two fields", "\"a\tb\"\n")
refuse("a quote that would join two records", "a\t\"b\n1\"\t2\n")
refuse("carriage return alone", "a\tb\r1\t2\n")
refuse("carriage return at the end", "a\tb\r")
refuse("two carriage returns", "a\tb\r\r\n")
refuse("byte order mark", b"\xef\xbb\xbfa\tb\n")
refuse("not UTF-8", b"a\t\xe9\n")
refuse("UTF-8 cut at the end", b"a\t\xc3")
refuse("escape character", "a\t\x1b[2J\n")
refuse("NUL", b"a\t\x00\n", "FORMAT_MISMATCH", "unknown")
refuse("a pickle", b"\x80\x04]\x94.", "PICKLE_REFUSED", "unknown")
refuse("gzip data", b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "ARCHIVE_REFUSED", "unknown")

out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps({
    "about": "Tab-separated values: no quoting, as many fields in each record.",
    "source": "IANA, text/tab-separated-values (Paul Lindner, 1993)",
    "cases": cases,
}, indent=1) + "\n")
