import MeshBase
import Testing

@testable import Wire

@Suite struct HTTPWriterTests {
    let date = HTTPDate(wall: 784_111_777_000_000_000)
    let dateLine = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

    func text(_ write: (inout ByteBuffer) -> Void) -> String {
        var output = ByteBuffer(capacity: 16)
        write(&output)
        return String(decoding: output.bytes, as: UTF8.self)
    }

    func respond(_ status: Int, _ persistence: HTTPPersistence, isHead: Bool = false, _ body: String) -> String {
        text { output in
            Array(body.utf8).withUnsafeBytes {
                HTTPResponseWriter.respond(
                    status, date, contentType: "text/plain", body: $0, persistence, isHead: isHead, into: &output)
            }
        }
    }

    /// Whatever a program answers goes on as it is, known or not (RFC 9110, 15).
    @Test(arguments: [
        (207, "207 Multi-Status"), (226, "226 "), (418, "418 "), (499, "499 "), (599, "599 "),
        (99, "500 Internal Server Error"), (600, "500 Internal Server Error"),
    ])
    func statuses(_ status: Int, _ line: String) {
        #expect(respond(status, .implied, "x").hasPrefix("HTTP/1.1 \(line)\r\nDate: "))
        let phrase = String(decoding: HTTPStatus.phrase(status), as: UTF8.self)
        #expect(!phrase.isEmpty)
        if status == 499 { #expect(phrase == "Bad Request") }
    }

    @Test func responses() {
        #expect(
            respond(200, .implied, "hello")
                == "HTTP/1.1 200 OK\r\n\(dateLine)Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
        #expect(
            respond(200, .close, isHead: true, "hello")
                == "HTTP/1.1 200 OK\r\n\(dateLine)Content-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
        )
        #expect(respond(204, .implied, "ignored") == "HTTP/1.1 204 No Content\r\n\(dateLine)\r\n")
        #expect(
            respond(404, .keepAlive, "")
                == "HTTP/1.1 404 Not Found\r\n\(dateLine)Content-Length: 0\r\nConnection: keep-alive\r\n\r\n")
        #expect(text { HTTPResponseWriter.continueResponse(into: &$0) } == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test func fieldsCannotEndTheirLine() {
        let written = text { output in
            HTTPResponseWriter.field("X-Cell", text: "a\r\nSet-Cookie: b\u{0}", into: &output)
            HTTPResponseWriter.field("X-Epoch", decimal: 12, into: &output)
            HTTPResponseWriter.field("X-Empty", text: "", into: &output)
        }
        #expect(written == "X-Cell: a??Set-Cookie: b?\r\nX-Epoch: 12\r\nX-Empty: \r\n")
    }

    @Test(arguments: [
        "plain", "quote \" backslash \\ slash /", "\u{0}\u{1}\u{8}\t\n\u{c}\r\u{1f} \u{7f}", "caf\u{e9} \u{1F600}", "",
    ])
    func problemsHaveTheirLength(_ detail: String) throws {
        let problem = HTTPProblem(
            status: 503, type: "urn:cellmesh:shed", title: "Shed \"now\"", detail: .made(detail), policy: "shedder",
            retryAfter: 3)
        let written = text { HTTPResponseWriter.problem(problem, date, .close, into: &$0) }
        let outcome = parseResponse(written)
        let response = try #require(outcome.message)
        #expect(response.consumed == written.utf8.count)
        #expect(response.status == 503 && !response.keepAlive)
        Array(written.utf8).withUnsafeBytes { buffer in
            #expect(response.contentType.text(in: buffer) == "application/problem+json")
            #expect(response.retryAfter.decimal(in: buffer) == 3)
        }
        #expect(outcome.body?.hasPrefix("{\"type\":\"urn:cellmesh:shed\",\"title\":\"Shed \\\"now\\\"\"") == true)
        #expect(outcome.body?.utf8.contains { $0 < 0x20 && $0 != 0x0A } == false)
        let head = text { HTTPResponseWriter.problem(problem, date, .close, isHead: true, into: &$0) }
        #expect(written.hasPrefix(head) && head.hasSuffix("\r\n\r\n"))
    }

    @Test func escapesAreThoseOfJSON() {
        let escaped = text { JSONText.append("\u{0}\u{8}\t\n\u{c}\r\u{1f}\"\\/\u{7f}é", to: &$0) }
        #expect(escaped == "\\u0000\\b\\t\\n\\f\\r\\u001f\\\"\\\\/\u{7f}é")
        #expect(JSONText.count("\u{0}\u{8}\t\n\u{c}\r\u{1f}\"\\/\u{7f}é") == escaped.utf8.count)
    }

    @Test func everyByteIsEscapedWhereverItStands() {
        for scalar in 0...UInt8(127) {
            for length in 0...17 {
                let detail = String(repeating: "a", count: length) + String(UnicodeScalar(scalar)) + "bc"
                let escaped = text { JSONText.append(detail, to: &$0) }
                #expect(JSONText.count(detail) == escaped.utf8.count)
                let isPlain = scalar >= 0x20 && scalar != 0x22 && scalar != 0x5C
                #expect((escaped == detail) == isPlain, "\(scalar) after \(length)")
            }
        }
    }

    @Test func refusalsCloseTheConnection() throws {
        for failure in HTTPFailure.allCases {
            let written = text { HTTPResponseWriter.refuse(failure, date, into: &$0) }
            let outcome = parseResponse(written)
            let response = try #require(outcome.message, "\(failure)")
            #expect(response.status == failure.status && !response.keepAlive)
            #expect(
                ["http", "admission"].contains { outcome.body?.contains("\"policy\":\"\($0)\"") == true }, "\(written)")
            #expect(outcome.body?.contains("\"status\":\(failure.status),") == true)
        }
    }

    @Test func writtenRequestsParse() throws {
        let written = text { output in
            Array("/v1/customers/c/records/k".utf8).withUnsafeBytes { target in
                Array("127.0.0.1:7".utf8).withUnsafeBytes { host in
                    HTTPRequestWriter.begin(.put, target: target, host: host, into: &output)
                    HTTPRequestWriter.end(.put, body: host, into: &output)
                }
            }
        }
        let outcome = parseRequest(written)
        #expect(outcome.message?.method == .put)
        #expect(outcome.body == "127.0.0.1:7")
    }

    @Test func verdicts() {
        func verdict(_ text: String) -> String {
            HTTPWireCheck.verdict(
                text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        }
        #expect(
            verdict("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nA")
                == "accept GET minor=1 keepalive=1 consumed=48 target=/a body=41")
        #expect(verdict("GET") == "incomplete")
        #expect(verdict("GET / HTTP/2.0\r\n") == "reject 505 version_not_supported")
        #expect(HTTPWireCheck.verdict("4") == "error not hexadecimal")
    }
}
