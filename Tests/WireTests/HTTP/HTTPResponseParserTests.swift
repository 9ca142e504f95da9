import Testing

@testable import Wire

let wellFormedResponses: [String] = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Cell: eu-1\r\nX-Epoch: 7\r\nX-Shard: 2/3\r\nETag: \"9\"\r\n\r\nhello",
    "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.0 503 Service Unavailable\r\nRetry-After: 2\r\nX-Degraded: stale\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 \r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nuntil the end",
]

@Suite struct HTTPResponseParserTests {
    @Test func slotsHoldTheFields() throws {
        let outcome = parseResponse(wellFormedResponses[0])
        let response = try #require(outcome.message)
        #expect(outcome.body == "hello")
        #expect(response.status == 200 && response.keepAlive)
        Array(wellFormedResponses[0].utf8).withUnsafeBytes { buffer in
            #expect(response.cell.text(in: buffer) == "eu-1")
            #expect(response.epoch.decimal(in: buffer) == 7)
            #expect(response.shard.text(in: buffer) == "2/3")
            #expect(response.etag.text(in: buffer) == "\"9\"")
            #expect(response.header("content-length", in: buffer).text(in: buffer) == "5")
        }
    }

    @Test func bodiesAreFramed() {
        #expect(parseResponse(wellFormedResponses[1]).body == "hello world")
        #expect(parseResponse(wellFormedResponses[2]).message?.status == 204)
        #expect(parseResponse(wellFormedResponses[3]).message?.keepAlive == false)
        #expect(parseResponse(wellFormedResponses[4]) == .incomplete)
        #expect(parseResponse(wellFormedResponses[4], closes: true).body == "until the end")
        #expect(parseResponse(wellFormedResponses[0], isHead: true).body == "")
        #expect(parseResponse("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").body == "")
    }

    @Test func everySplitGivesTheSameOutcome() {
        for text in wellFormedResponses {
            let whole = parseResponse(text, closes: true)
            #expect(whole.failure == nil)
            let count = text.utf8.count
            for cut in 0...count { #expect(parseResponse(text, cuts: [cut], closes: true) == whole, "\(cut) \(text)") }
            #expect(parseResponse(text, cuts: Array(0..<count), closes: true) == whole, "\(text)")
        }
    }

    @Test(arguments: [
        ("HTTP/2.0 200 OK\r\n\r\n", HTTPFailure.versionNotSupported),
        ("ICY 200 OK\r\n\r\n", .badStatusLine),
        ("HTTP/1.1 20 OK\r\n\r\n", .badStatusLine),
        ("HTTP/1.1 2000 OK\r\n\r\n", .badStatusLine),
        ("HTTP/1.1 600 OK\r\n\r\n", .badStatusLine),
        ("HTTP/1.1 099 OK\r\n\r\n", .badStatusLine),
        ("HTTP/1.1 200 OK\n\r\n", .bareLineEnd),
        ("HTTP/1.1 200 O\u{0}K\r\n\r\n", .badStatusLine),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .interimAnswers),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .conflictingLength),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .conflictingLength),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .transferCodingNotImplemented),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", .bodyTooLarge),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", .truncated),
        ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .foldedLine),
        ("HTTP/1.1 200 OK\r\n", .truncated),
        (String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 9), .interimAnswers),
    ])
    func refused(_ text: String, _ failure: HTTPFailure) {
        #expect(parseResponse(text, closes: true).failure == failure)
        let cuts = Array(0..<text.utf8.count)
        #expect(parseResponse(text, cuts: cuts, closes: true).failure == failure)
    }

    @Test func closeDelimitedBodiesAreBounded() {
        let limits = HTTPLimits(body: 4)
        #expect(parseResponse("HTTP/1.1 200 OK\r\n\r\nabcd", closes: true, limits: limits).body == "abcd")
        #expect(parseResponse("HTTP/1.1 200 OK\r\n\r\nabcde", limits: limits).failure == .bodyTooLarge)
    }
}
