"""The bindings of the national wire: addresses, signatures, tokens, encryption; and what is tolerated."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

import pytest
from journey_house import House
from wire_house import DECODE, SINGLE, open_wire

from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import KeyPurpose, sm2_generate
from openyibao.kit.crypto.elsewhere import sm4_ecb_decrypt, sm4_ecb_encrypt
from openyibao.rooms import exchange
from openyibao.rooms.exchange import WireSecrets
from openyibao.wire.national import signing

ASK = {"medinsinfo": {"fixmedins_type": "1", "fixmedins_code": "H99900100004"}}
APP, SECRET = "app0123456789abc", "made-up-secret"
KEYS = WireSecrets(shared=SECRET)


@pytest.mark.parametrize(
    "path",
    [
        SINGLE,
        f"{SINGLE}/1201",
        "/fsi/api/fsiFixMedInsService/queryFixMedIns",
        "/fsi/api/anyService/anyMethod",
        "/base/ebus/app/x/hsa/hgs/1201",
        "/CSB",
        "/mbs-fsi/web/api/fsi/callService",
    ],
)
async def test_every_address_leads_to_the_same_transaction(house: House, path: str) -> None:
    desk = await open_wire(house)
    told = await desk.done("1201", ASK, path=path)
    assert told["medinsinfo"][0]["fixmedins_code"] == "H99900100004"


async def test_what_clients_in_the_field_write_is_understood_and_counted(house: House) -> None:
    desk = await open_wire(house)
    body = desk.envelope("1201", None, sign_no="null", serv_code="X")
    del body["input"]
    body["Input"] = json.dumps(ASK)
    told = json.loads((await desk.raw(body)).content)
    assert told["infcode"] == 0
    found = {name for _, _, name, _ in desk.doors.findings.counted(desk.place.institution_code)}
    assert {"Input for input", "input as text", "unknown serv_code", "null as text in sign_no"} <= found
    assert json.loads((await desk.raw(b"\xff{")).content)["infcode"] == -1
    assert json.loads((await desk.raw([1])).content)["infcode"] == -1
    by_path = desk.envelope("", ASK)
    reply = await desk.raw(by_path, path="/fsi/api/fsiFixMedInsService/queryFixMedIns")
    assert json.loads(reply.content)["infcode"] == 0


async def test_unsigned_and_unknown_software_is_refused(house: House) -> None:
    desk = await open_wire(house, unsigned=False, app_code=APP, secrets=KEYS)
    assert await desk.refused("1201", ASK) == "signature_wrong"
    assert await desk.refused("1201", ASK, fixmedins_code="H0") == "institution_unknown"
    other = house.other_hospital.institution_code
    assert await desk.refused("1201", ASK, fixmedins_code=other) == "client_not_registered"
    bound = await open_wire(house, bindings=("tif",))
    assert await bound.refused("1201", ASK) == "client_not_registered"


async def test_gateways_signatures_hold_and_bind(house: House) -> None:
    desk = await open_wire(house, unsigned=False, app_code=APP, secrets=KEYS)
    at = unix_seconds(house.clock.now())
    content = json.dumps(desk.envelope("1201", ASK)).encode()

    async def infcode(headers: dict[str, str], path: str = SINGLE) -> int:
        return int(json.loads((await desk.raw(content, headers=headers, path=path)).content)["infcode"])

    tif = {"x-tif-paasid": APP, "x-tif-timestamp": str(at), "x-tif-nonce": "n1"}
    right = signing.tif_signature(SECRET, str(at), "n1")
    assert await infcode({**tif, "x-tif-signature": right.upper()}) == 0
    assert await infcode({**tif, "x-tif-signature": signing.tif_signature("other", str(at), "n1")}) == -1
    assert await infcode({**tif, "x-tif-paasid": "other", "x-tif-signature": right}) == -1
    late = str(at - 7_200)
    old = {**tif, "x-tif-timestamp": late, "x-tif-signature": signing.tif_signature(SECRET, late, "n1")}
    assert await infcode(old) == -1
    csb = {
        "_api_name": "1201",
        "_api_version": "1.0.0",
        "_api_timestamp": str(at * 1_000),
        "_api_access_key": APP,
    }
    assert await infcode({**csb, "_api_signature": signing.api_signature(SECRET, csb)}, "/CSB") == 0
    assert await infcode({**csb, "_api_signature": signing.api_signature(SECRET, {**csb, "_api_name": "2207"})}) == -1
    ca = signing.ca_signature(SECRET, str(at - 3), content)
    assert await infcode({"x-ca-key": APP, "x-ca-signature": ca.hex()}) == 0
    assert await infcode({"x-ca-key": APP, "x-ca-signature": b64encode(ca).decode()}) == 0
    assert await infcode({"x-ca-signature": signing.ca_signature(SECRET, str(at), content + b" ").hex()}) == -1


async def test_a_bearer_calls_with_signed_and_encrypted_input(house: House) -> None:
    private = sm2_generate()
    keys = WireSecrets(shared=SECRET, public_key=private.public.pem())
    desk = await open_wire(
        house, unsigned=False, app_code=APP, secrets=keys, infcode_text=True, sign_replies=True, bindings=("oauth",)
    )
    basic = {"authorization": "Basic " + b64encode(f"{APP}:{SECRET}".encode()).decode()}
    form = b"username=u&password=p&scope=server&grant_type=password"
    given = json.loads((await desk.raw(form, path="/auth/oauth/token", headers=basic)).content)
    wrong = {"authorization": "Basic " + b64encode(f"{APP}:no".encode()).decode()}
    assert (await desk.raw(form, path="/auth/oauth/token", headers=wrong)).status == 401
    text = json.dumps(ASK).encode()
    body = desk.envelope(
        "1201",
        b64encode(sm4_ecb_encrypt(APP.encode(), text)).decode(),
        enc_type="SM4",
        signtype="SM2",
        cainfo=b64encode(private.sign(text)).decode(),
    )
    call = "/mbs/fmi/fsi/api/callFsiService/callService"
    bearer = {"authorization": f"Bearer {given['access_token']}"}
    told = json.loads((await desk.raw(body, path=call, headers=bearer)).content)
    assert told["infcode"] == "0"
    opened = sm4_ecb_decrypt(APP.encode(), b64decode(told["output"]))
    assert json.loads(opened)["medinsinfo"][0]["fixmedins_code"] == "H99900100004"
    signer = house.platform.ring.signer(KeyPurpose.issuer)
    assert told["signtype"] == "SM2"
    assert signer.public.verify(opened, b64decode(told["cainfo"]))
    altered = {**body, "cainfo": b64encode(private.sign(text + b" ")).decode()}
    assert json.loads((await desk.raw(altered, path=call, headers=bearer)).content)["infcode"] == -1
    assert json.loads((await desk.raw(body, path=call)).content)["infcode"] == -1
    house.move_on(700)
    assert json.loads((await desk.raw(body, path=call, headers=bearer)).content)["infcode"] == -1


async def test_operators_sign_in_and_strict_software_needs_it(house: House) -> None:
    desk = await open_wire(house, strict=True)
    opter = {"signIn": {"opter_no": "op1", "mac": "00", "ip": "127.0.0.1"}}
    number = desk.message_no()
    told = await desk.done("9001", opter, msgid=number)
    assert told == await desk.done("9001", opter, msgid=number)
    sign_no = told["signinoutb"]["sign_no"]
    assert await desk.done("1201", ASK, sign_no=sign_no)
    assert await desk.refused("1201", ASK) == "sign_in_unknown"
    assert await desk.refused("1201", ASK, sign_no=sign_no, opter="") == "field_wrong"
    await desk.done("9002", {"signOut": {"sign_no": sign_no, "opter_no": "op1"}})
    assert await desk.refused("1201", ASK, sign_no=sign_no) == "sign_in_unknown"
    assert await desk.refused("9002", {"signOut": {"sign_no": sign_no, "opter_no": "op1"}}) == "sign_in_unknown"


async def test_what_is_not_served_names_itself(house: House) -> None:
    desk = await open_wire(house)
    told = await desk.call("7101", {})
    assert "7101" in told["err_msg"]
    assert told["err_msg"].endswith("[transaction_unsupported]")
    assert await desk.refused("9999", {}) == "transaction_unknown"
    mobile = json.loads((await desk.raw({}, path="/org/local/api/hos/pay_order")).content)
    assert (mobile["code"], mobile["success"]) == (-1, False)
    assert "6202" in mobile["message"]


async def test_a_code_becomes_an_identity_once_and_other_codes_do_not(house: House) -> None:
    desk = await open_wire(house)
    house.move_on()
    code = await house.show(4)
    told = await desk.decode(code)
    person = house.prepared.installed.persons[4]
    assert (told["code"], told["data"]["idNo"]) == (0, person.document_number)
    assert len(told["data"]["ecToken"]) <= 40
    assert await desk.decode(code) == told, "the same place gets the same answer"
    assert (await desk.decode("6" * 18))["code"] == 500_159
    assert (await desk.decode("424" + "0" * 25))["code"] == 500_159
    check = {
        "ecToken": told["data"]["ecToken"],
        "idType": "01",
        "idNo": person.document_number,
        "userName": person.name,
    }
    path = DECODE.replace("localQrCodeQuery", "localEcTokenCheck")
    assert json.loads((await desk.raw(check, path=path)).content)["data"]["flag"] == 1
    assert json.loads((await desk.raw({**check, "idNo": "1"}, path=path)).content)["data"]["flag"] == 0
    elsewhere = {"orgId": desk.place.institution_code, "transType": "cn.nhsa.settle.notify", "data": {}}
    assert json.loads((await desk.raw(elsewhere, path="/fsi/api/hsecfc/localQrCodeQuery")).content)["code"] == 0
    picked = await desk.token(4, "01302")
    assert await desk.done("1101", {"data": {"mdtrt_cert_type": "01", "mdtrt_cert_no": picked}})
    visit = await desk.register(4, token=picked)
    await desk.done("2204", {"feedetail": desk.line(visit, "1", "B1")})
    assert await desk.refused("2207", desk.bill(visit, "B1", 100)) == "purpose_cannot_pay"


async def test_who_sets_how_software_speaks_is_told_and_held(house: House) -> None:
    await open_wire(house)
    assert (await house.verify()).faults == []
    await house.tamper("update wire_clients set profile = '{\"strict\": true}'")
    assert [fault.kind for fault in (await house.verify()).faults] == ["row_altered"]
    assert exchange.WireSecrets(shared="x").__repr__() == "WireSecrets(…)"
