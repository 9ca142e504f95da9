import Testing

@testable import Wire

struct RefusedRequest: Sendable, CustomTestStringConvertible {
    let text: String
    let failure: HTTPFailure
    var testDescription: String { text.prefix(80).debugDescription }

    init(_ text: String, _ failure: HTTPFailure) {
        self.text = text
        self.failure = failure
    }

    /// A request with some header lines beside Host.
    static func fields(_ lines: String, _ failure: HTTPFailure) -> RefusedRequest {
        RefusedRequest("POST / HTTP/1.1\r\nHost: x\r\n\(lines)\r\n\r\n", failure)
    }
    static func chunks(_ body: String, _ failure: HTTPFailure) -> RefusedRequest {
        RefusedRequest("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(body)", failure)
    }
}

let refusedRequests: [RefusedRequest] = [
    // Start line.
    RefusedRequest("GET / HTTP/1.1\nHost: x\r\n\r\n", .bareLineEnd),
    RefusedRequest("GET / HTTP/1.1\rHost: x\r\n\r\n", .bareLineEnd),
    RefusedRequest("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", .bareLineEnd),
    RefusedRequest("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", .badMethod),
    RefusedRequest(" GET / HTTP/1.1\r\n", .badMethod),
    RefusedRequest("GE(T / HTTP/1.1\r\n", .badMethod),
    RefusedRequest("GET\t/ HTTP/1.1\r\n", .badMethod),
    RefusedRequest("\u{16}\u{3}\u{1}\u{0}\u{1}", .badMethod),
    RefusedRequest("A23456789012345678901234567890123 / HTTP/1.1\r\n", .badMethod),
    RefusedRequest("GET  / HTTP/1.1\r\n", .badTarget),
    RefusedRequest("GET /\u{1} HTTP/1.1\r\n", .badTarget),
    RefusedRequest("GET /\u{7f} HTTP/1.1\r\n", .badTarget),
    RefusedRequest("GET /\u{e9} HTTP/1.1\r\n", .badTarget),
    RefusedRequest("GET /a#b HTTP/1.1\r\n", .badTarget),
    RefusedRequest("GET /\r\n", .badTarget),
    RefusedRequest("GET a/b HTTP/1.1\r\n", .badTarget),
    RefusedRequest("GET * HTTP/1.1\r\n", .badTarget),
    RefusedRequest("GET http:///a HTTP/1.1\r\n", .badTarget),
    RefusedRequest("GET http://u@h/a HTTP/1.1\r\n", .badTarget),
    RefusedRequest("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", .methodNotImplemented),
    RefusedRequest("GET / \r\n", .badVersion),
    RefusedRequest("GET / http/1.1\r\n", .badVersion),
    RefusedRequest("GET / HTTP/1.1 \r\n", .badVersion),
    RefusedRequest("GET / HTTP/1\r\n", .badVersion),
    RefusedRequest("GET / HTTP/11.1\r\n", .badVersion),
    RefusedRequest("GET / HTTP/1.10\r\n", .badVersion),
    RefusedRequest("GET / HTTP/1.2\r\n", .versionNotSupported),
    RefusedRequest("GET / HTTP/0.9\r\n", .versionNotSupported),
    RefusedRequest("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionNotSupported),
    // Host.
    RefusedRequest("GET / HTTP/1.1\r\n\r\n", .missingHost),
    .fields("Host: x", .duplicateField),
    RefusedRequest("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badHost),
    RefusedRequest("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", .badHost),
    RefusedRequest("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .badHost),
    // Fields.
    .fields("A: b\r\n c", .foldedLine),
    .fields("A: b\r\n\tc", .foldedLine),
    RefusedRequest("GET / HTTP/1.1\r\n Host: x\r\n\r\n", .foldedLine),
    .fields("A: b\nC: d", .bareLineEnd),
    .fields("A: b\rC: d", .bareLineEnd),
    .fields("A: b\r\n\nC: d", .bareLineEnd),
    .fields("A: b\r\n\rC: d", .bareLineEnd),
    .fields("A : b", .badFieldName),
    .fields("A B: c", .badFieldName),
    .fields("A\u{0}: c", .badFieldName),
    .fields("A\u{1}: c", .badFieldName),
    .fields("A(: c", .badFieldName),
    .fields("\u{e9}: c", .badFieldName),
    .fields(": c", .badFieldName),
    .fields("A", .badFieldName),
    .fields("A: \u{0}", .badFieldValue),
    .fields("A: b\u{1f}c", .badFieldValue),
    .fields("A: b\u{7f}c", .badFieldValue),
    .fields("X-Customer-Id: a\r\nx-customer-id: b", .duplicateField),
    .fields("Idempotency-Key: a\r\nIdempotency-Key: a", .duplicateField),
    .fields("Expect: 200-ok", .expectationFailed),
    // Length.
    .fields("Content-Length: 3\r\nContent-Length: 4", .conflictingLength),
    .fields("Content-Length: 3\r\nContent-Length: 3", .conflictingLength),
    .fields("Content-Length: 3\r\nTransfer-Encoding: chunked", .conflictingLength),
    .fields("Transfer-Encoding: chunked\r\nContent-Length: 0", .conflictingLength),
    .fields("Content-Length: -1", .badContentLength),
    .fields("Content-Length: +1", .badContentLength),
    .fields("Content-Length: 1 2", .badContentLength),
    .fields("Content-Length: 3, 3", .badContentLength),
    .fields("Content-Length: 0x3", .badContentLength),
    .fields("Content-Length:", .badContentLength),
    .fields("Content-Length: 9223372036854775808", .badContentLength),
    .fields("Content-Length: 99999999999999999999999999", .badContentLength),
    .fields("Content-Length: 1048577", .bodyTooLarge),
    // Transfer coding.
    .fields("Transfer-Encoding: chunked, gzip", .badTransferCoding),
    .fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", .badTransferCoding),
    .fields("Transfer-Encoding: chunked, chunked", .badTransferCoding),
    .fields("Transfer-Encoding:", .badTransferCoding),
    .fields("Transfer-Encoding: ,chunked", .badTransferCoding),
    .fields("Transfer-Encoding: chunked,", .badTransferCoding),
    .fields("Transfer-Encoding: gzip, chunked", .transferCodingNotImplemented),
    .fields("Transfer-Encoding: gzip", .transferCodingNotImplemented),
    .fields("Transfer-Encoding: identity", .transferCodingNotImplemented),
    .fields("Transfer-Encoding: chunked\t", .transferCodingNotImplemented),
    .fields("Transfer-Encoding: xchunked", .transferCodingNotImplemented),
    .fields("Transfer-Encoding: \u{b}chunked", .badFieldValue),
    RefusedRequest("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .badTransferCoding),
    // Chunks.
    .chunks("\r\n", .badChunk),
    .chunks("g\r\n", .badChunk),
    .chunks("-1\r\n", .badChunk),
    .chunks(" 1\r\n", .badChunk),
    .chunks("1 \r\na\r\n0\r\n\r\n", .badChunk),
    .chunks("0x1\r\n", .badChunk),
    .chunks("1\na\r\n", .badChunk),
    .chunks("1\ra\r\n", .badChunk),
    .chunks("1\r\nab\r\n", .badChunk),
    .chunks("1\r\na\n0\r\n\r\n", .badChunk),
    .chunks("00000000000000001\r\na\r\n", .badChunk),
    .chunks("10000000000000000\r\n", .badChunk),
    .chunks("ffffffffffffffff\r\n", .bodyTooLarge),
    .chunks("100001\r\n", .bodyTooLarge),
    .chunks("1;\r\na\r\n", .badChunk),
    .chunks("1;a=\r\na\r\n", .badChunk),
    .chunks("1;a b\r\na\r\n", .badChunk),
    .chunks("1;a=\"b\r\na\r\n", .badChunk),
    .chunks("1;a=\"b\"c\r\na\r\n", .badChunk),
    .chunks("1;a\n\r\na\r\n", .badChunk),
    .chunks("0\r\nA: b\r\n c\r\n\r\n", .foldedLine),
    .chunks("0\r\nA : b\r\n\r\n", .badFieldName),
    .chunks("0\r\nContent-Length: 1\r\n\r\n", .badTrailer),
    .chunks("0\r\nHost: y\r\n\r\n", .badTrailer),
    .chunks("0\r\nA: b\n\r\n", .bareLineEnd),
]

@Suite struct HTTPRefusalTests {
    @Test(arguments: refusedRequests)
    func refused(_ request: RefusedRequest) {
        #expect(parseRequest(request.text).failure == request.failure)
    }

    @Test func limitsAreExact() {
        let limits = HTTPLimits(target: 8, headers: 40, fields: 3, body: 4, trailers: 8, chunkExtension: 4)
        func failure(_ text: String) -> HTTPFailure? {
            let bytes = Array(text.utf8)
            let whole = parseRequest(bytes, limits: limits)
            #expect(
                parseRequest(bytes, cuts: Array(0..<bytes.count), limits: limits) == whole, "\(text.debugDescription)")
            #expect(whole != .incomplete, "\(text.debugDescription)")
            return whole.failure
        }
        #expect(failure("GET /2345678 HTTP/1.1\r\nHost:\r\n\r\n") == nil)
        #expect(failure("GET /23456789 HTTP/1.1\r\nHost:\r\n\r\n") == .targetTooLong)
        let padding = String(repeating: "b", count: 26)
        #expect(failure("GET / HTTP/1.1\r\nHost:\r\nA: \(padding)\r\n\r\n") == nil)
        #expect(failure("GET / HTTP/1.1\r\nHost:\r\nA: \(padding)b\r\n\r\n") == .headersTooLarge)
        #expect(failure("GET / HTTP/1.1\r\nHost:\r\nA:\r\nB:\r\n\r\n") == nil)
        #expect(failure("GET / HTTP/1.1\r\nHost:\r\nA:\r\nB:\r\nC:\r\n\r\n") == .headersTooLarge)
        #expect(failure("GET / HTTP/1.1\r\nHost:\r\nContent-Length: 4\r\n\r\nabcd") == nil)
        #expect(failure("GET / HTTP/1.1\r\nHost:\r\nContent-Length: 5\r\n\r\n") == .bodyTooLarge)
        let chunked = "GET / HTTP/1.0\r\nHost:\r\nTransfer-Encoding:chunked\r\n\r\n".replacing("1.0", with: "1.1")
        #expect(failure(chunked + "4\r\nabcd\r\n0\r\n\r\n") == nil)
        #expect(failure(chunked + "3\r\nabc\r\n2\r\n") == .bodyTooLarge)
        #expect(failure(chunked + "1;abc\r\na\r\n0\r\n\r\n") == nil)
        #expect(failure(chunked + "1;abcd\r\na\r\n0\r\n\r\n") == .badChunk)
        #expect(failure(chunked + "0\r\nA: b\r\n\r\n") == nil)
        #expect(failure(chunked + "0\r\nA: bc\r\n\r\n") == .headersTooLarge)
    }

    @Test func standardLimits() {
        func request(target: Int = 1, headers: Int = 0, fields: Int = 0) -> HTTPFailure? {
            var text = "GET /\(String(repeating: "a", count: target - 1)) HTTP/1.1\r\nHost: x\r\n"
            for _ in 0..<fields { text += "A: b\r\n" }
            if headers > 0 { text += "A: \(String(repeating: "b", count: headers))\r\n" }
            return parseRequest(text + "\r\n").failure
        }
        #expect(request(target: 8192) == nil)
        #expect(request(target: 8193) == .targetTooLong)
        #expect(request(fields: 99) == nil)
        #expect(request(fields: 100) == .headersTooLarge)
        #expect(request(headers: 16384 - 9 - 5 - 2) == nil)
        #expect(request(headers: 16384 - 9 - 5 - 1) == .headersTooLarge)
    }

    @Test func tinyChunksCannotFillTheBuffer() {
        let limits = HTTPLimits(body: 1 << 16)
        var text = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        let head = text.utf8.count
        while text.utf8.count < head + limits.chunkedBody { text += "1;a=b\r\na\r\n" }
        #expect(parseRequest(text, limits: limits).failure == .bodyTooLarge)
        #expect(text.utf8.count < limits.buffered)
    }

    @Test func failuresHaveDistinctLabels() {
        let labels = HTTPFailure.allCases.map { "\($0.label)" }
        #expect(Set(labels).count == labels.count)
        for failure in HTTPFailure.allCases {
            #expect([400, 408, 413, 414, 417, 431, 501, 503, 505].contains(failure.status))
        }
    }
}
