# rows: py-24
# start_tls: a plain stream becomes an encrypted one in the middle of a conversation.
import asyncio, os, ssl, tempfile

# A key for tests only, made for this file; it guards nothing.
PEM = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5ModA9VVzv5esYH4
9D91KT3qn8gciumBh0/H94fgbdKhRANCAASUgFAq1SPN3xa1Uosmv2n3q9qVFpNH
cOCDhK9pOXcYsyFs3CPW21diDl2aQoYVzogD5EJN/siEn+MInhEV12hD
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBkzCCATigAwIBAgIUELcsckCNsyopTpL9LNAiJgKOkBkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAzMDM1OFoYDzIxMjYxMDI4
MDMwMzU4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASUgFAq1SPN3xa1Uosmv2n3q9qVFpNHcOCDhK9pOXcYsyFs3CPW21di
Dl2aQoYVzogD5EJN/siEn+MInhEV12hDo2YwZDAdBgNVHQ4EFgQUwciyoqrh/hni
mLdC86xK+WP+3fwwHwYDVR0jBBgwFoAUwciyoqrh/hnimLdC86xK+WP+3fwwFAYD
VR0RBA0wC4IJbG9jYWxob3N0MAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDSQAw
RgIhAJ4/mj8na1OZOG/MG6/qEQQRMIn1kkG3FZUTs/xtvCc4AiEAgUMH+GHvwmFO
Za6Jc+KlozFPKVRnZN+hDjHskG4o3wY=
-----END CERTIFICATE-----
"""


async def main():
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as f:
        f.write(PEM)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(f.name)
    os.unlink(f.name)
    client_side = ssl.create_default_context(cadata=PEM[PEM.index("-----BEGIN CERT"):])
    outcome = asyncio.Queue()

    async def serve(reader, writer):
        try:
            outcome.put_nowait(("server plain", await reader.readline()))
            writer.write(b"go ahead\n")
            await writer.drain()
            await writer.start_tls(server_side)
            outcome.put_nowait(("server secret", await reader.readline()))
            writer.write(b"secret answer\n")
            await writer.drain()
            writer.close()
        except (ssl.SSLError, ConnectionError):
            outcome.put_nowait(("server", "handshake failed"))
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)

    async def connect():
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"STARTTLS\n")
        print(await reader.readline(), *await outcome.get())
        return reader, writer

    reader, writer = await connect()
    print("encrypted", writer.get_extra_info("ssl_object") is not None)
    await writer.start_tls(client_side, server_hostname="localhost")
    print("encrypted", writer.get_extra_info("sslcontext") is client_side, writer.can_write_eof())
    writer.write(b"secret question\n")
    print(await reader.readline(), *await outcome.get())
    print("eof", await reader.read(), reader.at_eof())
    writer.close()

    reader, writer = await connect()
    try:
        await writer.start_tls(client_side, server_hostname="example.org")
    except ssl.SSLCertVerificationError as e:
        print("wrong name: SSLCertVerificationError")
    print(*await outcome.get())
    writer.close()
    server.close()


asyncio.run(main())
