import Glibc
import Testing

@testable import Wire

/// Memory that ends at a page no one may touch: reading or writing one byte too far ends the test process.
final class GuardedMemory {
    private let pages: UnsafeMutableRawPointer
    private let size: Int
    private let page = 4096

    init(atLeast count: Int) {
        size = (count + page - 1) / page * page
        pages = mmap(nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        precondition(pages != MAP_FAILED)
        mprotect(pages + size, page, PROT_NONE)
    }

    deinit { munmap(pages, size + page) }

    /// The last `count` bytes before the forbidden page.
    func tail(_ count: Int) -> UnsafeMutableRawBufferPointer {
        precondition(count <= size)
        return UnsafeMutableRawBufferPointer(start: pages + size - count, count: count)
    }

    func tail(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
        let buffer = tail(bytes.count)
        buffer.copyBytes(from: bytes)
        return buffer
    }
}

/// What a parser made of some bytes, with the body copied out.
enum HTTPOutcome<Message: Equatable>: Equatable {
    case incomplete
    case complete(Message, body: String)
    case failure(HTTPFailure)

    init(_ parse: HTTPParse<Message>, _ buffer: UnsafeMutableRawBufferPointer, body: (Message) -> HTTPRange) {
        switch parse {
        case .incomplete: self = .incomplete
        case .failure(let failure): self = .failure(failure)
        case .complete(let message):
            self = .complete(message, body: body(message).text(in: UnsafeRawBufferPointer(buffer)))
        }
    }

    var failure: HTTPFailure? {
        if case .failure(let failure) = self { return failure }
        return nil
    }
    var message: Message? {
        if case .complete(let message, _) = self { return message }
        return nil
    }
    var body: String? {
        if case .complete(_, let body) = self { return body }
        return nil
    }
}

/// Parses bytes that arrive in pieces, each in new memory: the first `cuts[0]` bytes, then up to `cuts[1]`, and so on.
func parseRequest(
    _ bytes: [UInt8], cuts: [Int] = [], limits: HTTPLimits = .standard, in memory: GuardedMemory? = nil
) -> HTTPOutcome<HTTPRequest> {
    let memory = memory ?? GuardedMemory(atLeast: max(bytes.count, 1))
    var parser = HTTPRequestParser()
    var held: [UInt8] = []
    for cut in cuts + [bytes.count] {
        held += bytes[held.count..<cut]
        let buffer = memory.tail(held)
        let outcome = HTTPOutcome(parser.parse(buffer, limits: limits), buffer) { $0.body }
        if outcome != .incomplete { return outcome }
        held = Array(buffer)
    }
    return .incomplete
}

func parseRequest(_ text: String, limits: HTTPLimits = .standard) -> HTTPOutcome<HTTPRequest> {
    parseRequest(Array(text.utf8), limits: limits)
}

func parseResponse(
    _ text: String, cuts: [Int] = [], isHead: Bool = false, closes: Bool = false, limits: HTTPLimits = .standard
) -> HTTPOutcome<HTTPResponse> {
    let bytes = Array(text.utf8)
    let memory = GuardedMemory(atLeast: max(bytes.count, 1))
    var parser = HTTPResponseParser()
    var held: [UInt8] = []
    for cut in cuts + [bytes.count] {
        held += bytes[held.count..<cut]
        let buffer = memory.tail(held)
        let outcome = HTTPOutcome(parser.parse(buffer, isHead: isHead, limits: limits), buffer) { $0.body }
        if outcome != .incomplete { return outcome }
        held = Array(buffer)
    }
    guard closes else { return .incomplete }
    let buffer = memory.tail(held)
    return HTTPOutcome(parser.finish(buffer), buffer) { $0.body }
}

/// The requests that the tests split, mutate and pipeline.
let wellFormedRequests: [String] = [
    "GET /v1/customers/c17/services/ping HTTP/1.1\r\nHost: 127.0.0.1:7000\r\nX-Customer-Id: c17\r\n\r\n",
    "\r\nGET / HTTP/1.0\r\n\r\n",
    "PUT /v1/customers/c17/records/k?a=b?c HTTP/1.1\r\nhost:x\r\ncontent-length: 5\r\nX-Priority:  high \t \r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b;c=\"d;\\\"e\"\r\n world\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n00a\r\n0123456789\r\n0;z\r\nA: b\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost:\r\nAccept: a\r\nAccept: b\r\n\r\n",
    "GET http://mesh.example:80?q HTTP/1.1\r\nHost: mesh.example:80\r\nConnection: keep-alive, Close\r\n\r\n",
    "BREW /pot HTTP/1.1\r\nHost: x\r\nX-Text: caf\u{e9}\tau lait\r\n\r\n",
    "DELETE /v1/customers/c/records/k HTTP/1.1\r\nHost: x\r\nIdempotency-Key: 1\r\nIf-Match: \"3\"\r\n"
        + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Deadline-Ms: 250\r\n"
        + "X-Deadline-Chain: a\r\nX-Consistency: strong\r\nX-Session: s\r\nX-Explain: 1\r\nX-Poison: 1\r\n"
        + "Authorization: Bearer t\r\nOrigin: null\r\nContent-Type: text/plain\r\n\r\n",
]
