"""The Reconciliation Service API 0.2 as OpenRefine asks it: a real service, real HTTP."""

import json

import httpx
import pytest

from itas_graph import build as pipeline
from itas_graph import reconciliation

BASE = "https://w3id.org/itas-graph/id/"
ORIGIN = "http://127.0.0.1:3333"


@pytest.fixture(scope="module")
def asked(start_service, make_small, tmp_path_factory):
    """Return a service with the small workspace in which one person is suppressed."""
    small = make_small(tmp_path_factory.mktemp("reconcile") / "small")
    small.edit(
        "people.csv", "joerg-koessler,Jörg Kößler,Dr.,,", "joerg-koessler,Jörg Kößler,Dr.,J. K.,"
    )
    small.write("suppressed.txt", "joerg-koessler\n")
    small.edit("organisations.csv", "ahorn,Ahorn GmbH,AHG", "ahorn,Ahorn <b>GmbH,AHG")
    pipeline.build(small.workspace, small.root / "build")
    return start_service(small.root, "--cors", ORIGIN)


def get(service, path="", **params):
    return httpx.get(f"{service.url}/reconcile{path}", params=params, timeout=60)


def reconcile(service, queries, language="en", method="post"):
    sent = {"queries": json.dumps(queries)}
    headers = {"Accept-Language": language}
    url = f"{service.url}/reconcile"
    if method == "get":
        done = httpx.get(url, params=sent, headers=headers, timeout=60)
    else:
        done = httpx.post(url, data=sent, headers=headers, timeout=60)
    assert done.status_code == 200, done.text
    return {key: value["result"] for key, value in done.json().items()}


def test_the_manifest_says_what_the_service_can_do(asked):
    done = get(asked)
    assert done.headers["content-type"] == "application/json"
    manifest = done.json()
    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == BASE
    assert manifest["schemaSpace"] == "https://w3id.org/itas-graph/ns#"
    assert manifest["name"]
    assert [one["id"] for one in manifest["defaultTypes"]] == [
        "organisations", "people", "initiatives", "events", "places",
    ]  # fmt: skip
    assert all(set(one) == {"id", "name"} for one in manifest["defaultTypes"])
    for key in ("view", "preview"):
        assert "{{id}}" in manifest[key]["url"]
    assert isinstance(manifest["preview"]["width"], int)
    assert set(manifest["suggest"]) == {"entity", "property", "type"}
    assert "${id}" in manifest["suggest"]["entity"]["flyout_service_path"]
    for one in [*manifest["suggest"].values(), manifest["extend"]["propose_properties"]]:
        answer = httpx.get(one["service_url"] + one["service_path"], params={"prefix": "o"})
        assert answer.status_code == 200, one


def test_the_view_of_an_identifier_is_its_page(asked):
    url = get(asked).json()["view"]["url"].replace("{{id}}", "organisation/birke")
    done = httpx.get(url, headers={"Accept": "text/html"})
    assert done.status_code == 200
    assert "Birke Institut" in done.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_names_are_found_as_they_are_written(asked, method):
    found = reconcile(
        asked,
        {
            "alias": {"query": "Birkeninstitut", "type": "organisations"},
            "case": {"query": "BIRKE  institut"},
            "typo": {"query": "Birke Insttut", "type": ["organisations"]},
            "form": {"query": "Linde-Verband e.V.", "type": {"id": "organisations"}},
            "event": {"query": "Tagung 2024", "type": "events"},
            "nothing": {"query": "xyzzy"},
            "empty": {"query": "  "},
        },
        method=method,
    )
    assert (found["alias"][0]["id"], found["alias"][0]["match"]) == ("organisation/birke", True)
    assert (found["case"][0]["id"], found["case"][0]["score"]) == ("organisation/birke", 100)
    assert found["typo"][0]["id"] == "organisation/birke"
    assert found["typo"][0]["match"] is False, "what only resembles is for a person to say"
    assert (found["form"][0]["id"], found["form"][0]["match"]) == ("organisation/linde", True)
    assert found["event"][0]["type"] == [{"id": "events", "name": "Event"}]
    assert found["nothing"] == found["empty"] == []


def test_two_of_one_name_are_told_apart_but_not_chosen_between(asked):
    found = reconcile(
        asked,
        {
            "both": {"query": "Eva Muster", "type": "people"},
            "one": {
                "query": "Dr. Eva Muster",
                "type": "people",
                "properties": [{"pid": "itas:onBehalfOf", "v": "Ahorn <b>GmbH"}],
            },
            "short": {"query": "BI", "type": "organisations", "limit": 1},
        },
    )
    assert {one["id"] for one in found["both"]} == {"person/eva-muster", "person/eva-muster-linde"}
    assert not any(one["match"] for one in found["both"])
    assert found["both"][0].get("description") != found["both"][1].get("description")
    assert (found["one"][0]["id"], found["one"][0]["match"]) == ("person/eva-muster", True)
    assert len(found["short"]) == 1
    assert found["short"][0]["match"] is False


def test_only_what_is_published_is_found(asked):
    queries = {
        str(place): {"query": name, "type": "people"}
        for place, name in enumerate(["Jörg Kößler", "J. K.", "Ida Intern", "joerg-koessler"])
    }
    found = reconcile(asked, queries)
    ids = {one["id"] for some in found.values() for one in some}
    assert not ids & {"person/joerg-koessler", "person/ida-intern"}
    assert "Kößler" not in json.dumps(found, ensure_ascii=False)
    assert get(asked, "/suggest/entity", prefix="Jörg").json()["result"] == []
    assert get(asked, "/preview", id="person/ida-intern").status_code == 404


def test_types_and_errors_are_in_the_language_asked_for(asked):
    (found,) = reconcile(asked, {"a": {"query": "Linde Verband"}}, "de")["a"][:1]
    assert found["type"] == [{"id": "organisations", "name": "Organisation"}]
    assert found["description"] == "Verein oder Verband"
    (found,) = reconcile(asked, {"a": {"query": "Linde Verband"}}, "en")["a"][:1]
    assert found["description"] != "Verein oder Verband"
    done = httpx.get(
        f"{asked.url}/reconcile", params={"queries": "["}, headers={"Accept-Language": "de"}
    )
    assert done.status_code == 400
    assert "hat nicht die Form" in done.text


def test_suggestions_go_by_the_beginning_of_a_name(asked):
    found = get(asked, "/suggest/entity", prefix="birke").json()["result"]
    assert [one["id"] for one in found][:2] == ["organisation/birke", "organisation/birke-nord"]
    assert found[0]["notable"][0]["id"] == "organisations"
    rest = get(asked, "/suggest/entity", prefix="birke", cursor=1).json()["result"]
    assert rest[0]["id"] == "organisation/birke-nord"
    types = get(asked, "/suggest/type", prefix="pers").json()["result"]
    assert [one["id"] for one in types] == ["people"]
    properties = get(asked, "/suggest/property", prefix="unit").json()["result"]
    assert {"id": "org:unitOf", "name": "Unit of"} in properties
    assert get(asked, "/suggest/plants", prefix="a").status_code == 404


def test_data_extension_proposes_and_gives_values(asked):
    proposed = get(asked, "/properties", type="organisations", limit=50).json()
    assert proposed["type"] == "organisations"
    ids = [one["id"] for one in proposed["properties"]]
    assert {"org:unitOf", "skos:altLabel"} <= set(ids)
    extend = {
        "ids": ["organisation/birke-nord", "organisation/birke", "event/tagung-2024", "no/thing"],
        "properties": [
            {"id": "org:unitOf"}, {"id": "skos:altLabel"}, {"id": "schema:startDate"},
            {"id": "no:such"}, {"id": "bad> } #"},
        ],
    }  # fmt: skip
    done = httpx.post(f"{asked.url}/reconcile", data={"extend": json.dumps(extend)}).json()
    assert [one["id"] for one in done["meta"]] == [one["id"] for one in extend["properties"]]
    assert done["meta"][0]["name"] == "Unit of"
    assert set(done["rows"]) == set(extend["ids"])
    rows = done["rows"]
    assert rows["organisation/birke-nord"]["org:unitOf"] == [
        {"id": "organisation/birke", "name": "Birke Institut"}
    ]
    assert rows["organisation/birke"]["skos:altLabel"] == [{"str": "BI"}, {"str": "Birkeninstitut"}]
    assert rows["event/tagung-2024"]["schema:startDate"] == [{"str": "2024-06-06"}]
    assert not any(rows["no/thing"].values())


def test_the_preview_is_a_small_page_without_scripts_that_may_be_framed(asked):
    done = get(asked, "/preview", id="organisation/ahorn")
    assert done.headers["content-type"].startswith("text/html")
    assert "Ahorn &lt;b&gt;GmbH" in done.text
    assert "<b>GmbH" not in done.text
    assert "frame-ancestors" not in done.headers["content-security-policy"]
    assert "default-src 'none'" in done.headers["content-security-policy"]
    flyout = get(asked, "/flyout/entity", id="organisation/ahorn").json()
    assert flyout["id"] == "organisation/ahorn"
    assert "Ahorn" in flyout["html"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"queries": "no json"}, 400),
        ({"queries": "[" * 100_000}, 400),
        ({"queries": "[]"}, 400),
        ({"queries": '{"a": 1}'}, 400),
        ({"queries": '{"a": {"query": 1}}'}, 400),
        ({"queries": '{"a": {"query": "x", "limit": "many"}}'}, 400),
        ({"queries": '{"a": {"query": "x", "type": 5}}'}, 400),
        ({"queries": '{"a": {"query": "x", "properties": [{"pid": "p"}]}}'}, 400),
        ({"queries": json.dumps({"a": {"query": "x" * 501}})}, 413),
        ({"queries": json.dumps({str(one): {"query": "x"} for one in range(101)})}, 413),
        ({"queries": "x" * (1 << 21)}, 413),
        ({"extend": "{}"}, 400),
        ({"extend": json.dumps({"ids": [str(one) for one in range(201)], "properties": []})}, 413),
        ({"extend": json.dumps({"ids": ["a"], "properties": [5]})}, 400),
    ],
)
def test_what_is_none_of_the_protocol_is_refused_in_words(asked, sent, status):
    headers = {"Accept": "application/problem+json", "Accept-Language": "en"}
    done = httpx.post(f"{asked.url}/reconcile", data=sent, headers=headers, timeout=60)
    assert done.status_code == status, done.text
    assert done.headers["content-type"] == "application/problem+json"
    assert done.json()["detail"]
    assert get(asked, "").status_code == 200


@pytest.mark.parametrize("limit", [-1, 0, 1e9, 2.5])
def test_odd_limits_give_an_answer(asked, limit):
    found = reconcile(asked, {"a": {"query": "Birke", "limit": limit}})
    assert 1 <= len(found["a"]) <= reconciliation.MOST_CANDIDATES


@pytest.mark.parametrize(
    "queries",
    [
        '{"a": {"query": "x", "limit": Infinity}}',
        '{"a": {"query": "x", "limit": 1e999}}',
        '{"\\ud800": {"query": "x"}}',
    ],
)
def test_what_json_cannot_hold_is_refused(asked, queries):
    done = httpx.post(f"{asked.url}/reconcile", data={"queries": queries})
    assert done.status_code == 400


def test_other_ways_of_asking_are_refused(asked):
    url = f"{asked.url}/reconcile"
    assert httpx.put(url).status_code == 405
    assert httpx.post(url, content=b"x").status_code == 415
    assert get(asked, "/nothing").status_code == 404


def test_web_pages_may_ask_where_the_operator_allows_it(asked, service):
    headers = {"Origin": ORIGIN}
    done = httpx.get(f"{asked.url}/reconcile", headers=headers)
    assert done.headers["access-control-allow-origin"] == ORIGIN
    done = httpx.get(f"{service.url}/reconcile", headers=headers)
    assert "access-control-allow-origin" not in done.headers


def test_the_log_names_no_queries(asked):
    reconcile(asked, {"a": {"query": "Geheimer Name"}}, method="get")
    asked.wait_for('"route": "/reconcile"')
    assert not any("Geheimer" in line for line in asked.said)


def test_a_new_build_brings_its_names(start_service, make_small, tmp_path):
    small = make_small(tmp_path / "small")
    pipeline.build(small.workspace, small.root / "build")
    service = start_service(small.root)
    assert reconcile(service, {"a": {"query": "Tanne AG"}})["a"] == []
    small.edit("organisations.csv", "linde,", "tanne,Tanne AG,,company,\nlinde,")
    pipeline.build(small.workspace, small.root / "build")
    service.wait_for("build-taken-up")
    assert reconcile(service, {"a": {"query": "Tanne"}})["a"][0]["id"] == "organisation/tanne"


def test_merged_names_lead_to_the_one_that_is_kept(start_service, make_small, tmp_path):
    small = make_small(tmp_path / "small")
    small.write(
        "identities.csv",
        "decision,one,other,kind,reason,date,who\n"
        "same,ahorn,birke,organisations,Ein Haus,2026-01-02,Redaktion\n",
    )
    pipeline.build(small.workspace, small.root / "build")
    service = start_service(small.root)
    found = reconcile(service, {"a": {"query": "Birkeninstitut", "type": "organisations"}})["a"]
    assert (found[0]["id"], found[0]["match"]) == ("organisation/ahorn", True)
