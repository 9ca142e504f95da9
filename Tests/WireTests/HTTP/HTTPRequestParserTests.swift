import MeshBase
import Testing

@testable import Wire

@Suite struct HTTPRequestParserTests {
    @Test func slotsHoldTheFields() throws {
        let text = wellFormedRequests[8]
        let bytes = Array(text.utf8)
        let request = try #require(parseRequest(bytes).message)
        bytes.withUnsafeBytes { buffer in
            func slot(_ range: HTTPRange) -> String { range.text(in: buffer) }
            #expect(request.method == .delete)
            #expect(slot(request.target) == "/v1/customers/c/records/k")
            #expect(slot(request.path) == "/v1/customers/c/records/k")
            #expect(!request.query.isPresent)
            #expect(slot(request.host) == "x")
            #expect(slot(request.idempotencyKey) == "1")
            #expect(request.ifMatch.isPresent && request.unkept == nil)
            #expect(slot(request.traceparent).hasPrefix("00-0af7"))
            #expect(request.deadline.decimal(in: buffer) == 250)
            #expect(slot(request.deadlineChain) == "a")
            #expect(request.consistency.equals("strong", in: buffer))
            #expect(slot(request.session) == "s")
            #expect(request.wantsExplanation)
            #expect(slot(request.poison) == "1")
            #expect(slot(request.authorization) == "Bearer t")
            #expect(slot(request.origin) == "null")
            #expect(slot(request.contentType) == "text/plain")
            #expect(!request.customer.isPresent)
            #expect(slot(request.header("x-poison", in: buffer)) == "1")
            #expect(!request.header("x-poisoned", in: buffer).isPresent)
            var names: [String] = []
            request.forEachHeader(in: buffer) { name, _ in names.append(String(decoding: name, as: UTF8.self)) }
            #expect(names.count == 13)
            #expect(names.last == "Content-Type")
        }
        #expect(request.keepAlive && request.consumed == bytes.count && request.body.isEmpty)
    }

    @Test func valuesAreTrimmedAndNamesMatchInAnyCase() throws {
        let text = wellFormedRequests[2]
        let outcome = parseRequest(text)
        let request = try #require(outcome.message)
        #expect(outcome.body == "hello")
        #expect(request.method == .put)
        Array(text.utf8).withUnsafeBytes { buffer in
            #expect(request.priority.text(in: buffer) == "high")
            #expect(request.query.text(in: buffer) == "a=b?c")
            #expect(request.path.text(in: buffer) == "/v1/customers/c17/records/k")
            #expect(request.host.text(in: buffer) == "x")
        }
    }

    @Test func chunksAreDecodedInPlace() {
        #expect(parseRequest(wellFormedRequests[3]).body == "hello world")
        #expect(parseRequest(wellFormedRequests[4]).body == "0123456789")
        #expect(parseRequest(wellFormedRequests[3]).message?.consumed == wellFormedRequests[3].utf8.count)
    }

    @Test func absoluteTargetsGiveTheirPath() throws {
        func path(_ target: String) throws -> String {
            let text = "GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n"
            let request = try #require(parseRequest(text).message, "\(target)")
            return Array(text.utf8).withUnsafeBytes { request.path.text(in: $0) }
        }
        #expect(try path("http://a.b:80/c/d?e=/f") == "/c/d")
        #expect(try path("HTTPS://a") == "/")
        #expect(try path("http://[::1]:7?x") == "/")
    }

    @Test(arguments: [
        ("http://a.b:80/c", "a.b:80"), ("http://evil", "evil"), ("http://[::1]:7?x", "[::1]:7"), ("/c", ""),
    ])
    func absoluteTargetsGiveTheirAuthority(_ target: String, _ authority: String) throws {
        let text = "GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n"
        let request = try #require(parseRequest(text).message)
        #expect(request.authority.isPresent == !authority.isEmpty)
        #expect(Array(text.utf8).withUnsafeBytes { request.authority.text(in: $0) } == authority)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", true, HTTPPersistence.implied),
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: CLOSE\r\n\r\n", false, .close),
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: a\r\nConnection: b,close\r\n\r\n", false, .close),
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n\r\n", true, .implied),
        ("GET / HTTP/1.0\r\n\r\n", false, .close),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, .keepAlive),
        ("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false, .close),
    ])
    func persistence(_ text: String, _ keepAlive: Bool, _ persistence: HTTPPersistence) throws {
        let request = try #require(parseRequest(text).message)
        #expect(request.keepAlive == keepAlive)
        #expect(request.persistence == persistence)
    }

    @Test func pipelinedRequestsComeOutInOrder() {
        var buffer = ByteBuffer()
        for text in wellFormedRequests { buffer.append(text) }
        var parser = HTTPRequestParser()
        for text in wellFormedRequests {
            guard case .complete(let request) = parser.parse(buffer.mutableBytes, limits: .standard) else {
                Issue.record("no request for \(text)")
                return
            }
            #expect(request.consumed == text.utf8.count)
            #expect(request == parseRequest(text).message)
            #expect(!parser.hasStarted)
            buffer.consume(request.consumed)
        }
        let left = buffer.count
        #expect(left == 0)
        #expect(parser.parse(buffer.mutableBytes, limits: .standard) == .incomplete)
    }

    @Test func everySplitGivesTheSameOutcome() {
        for text in wellFormedRequests + refusedRequests.map(\.text) {
            let bytes = Array(text.utf8)
            let whole = parseRequest(bytes)
            for cut in 0...bytes.count {
                #expect(parseRequest(bytes, cuts: [cut]) == whole, "\(text.debugDescription) cut at \(cut)")
            }
            #expect(parseRequest(bytes, cuts: Array(0..<bytes.count)) == whole, "\(text.debugDescription) by bytes")
        }
    }

    @Test func everyPrefixIsIncomplete() {
        for text in wellFormedRequests {
            let bytes = Array(text.utf8)
            for count in 0..<bytes.count {
                #expect(parseRequest(Array(bytes[..<count])) == .incomplete, "\(text.debugDescription) to \(count)")
            }
        }
    }

    @Test func continueIsOwedOnceAndOnlyBeforeTheBody() {
        func take(_ parser: inout HTTPRequestParser) -> Bool { parser.takeContinue() }
        let head = "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
        var buffer = ByteBuffer()
        var parser = HTTPRequestParser()
        buffer.append(String(head.dropLast()))
        #expect(parser.parse(buffer.mutableBytes, limits: .standard) == .incomplete)
        #expect(take(&parser) == false)
        buffer.append("\r\n")
        #expect(parser.parse(buffer.mutableBytes, limits: .standard) == .incomplete)
        #expect(parser.hasStarted)
        #expect(parser.expectedCount == head.utf8.count + 3)
        #expect(take(&parser) == true)
        #expect(take(&parser) == false)

        var eager = HTTPRequestParser()
        buffer.append("a")
        #expect(eager.parse(buffer.mutableBytes, limits: .standard) == .incomplete)
        #expect(take(&eager) == false)

        var old = HTTPRequestParser()
        var bytes = Array(head.replacing("1.1", with: "1.0").utf8)
        bytes.withUnsafeMutableBytes { #expect(old.parse($0, limits: .standard) == .incomplete) }
        #expect(take(&old) == false)
    }

    @Test func aFailureIsRepeated() {
        var parser = HTTPRequestParser()
        var bytes = Array("GET / HTTP/3.0\r\n".utf8)
        bytes.withUnsafeMutableBytes { #expect(parser.parse($0, limits: .standard) == .failure(.versionNotSupported)) }
        bytes = Array(wellFormedRequests[0].utf8)
        bytes.withUnsafeMutableBytes { #expect(parser.parse($0, limits: .standard) == .failure(.versionNotSupported)) }
    }

    @Test func everyByteIsClassedAsTheGrammarSays() {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let token = Set(letters + Array("!#$%&'*+-.^_`|~".utf8))
        let name = Set(letters + Array("-._~!$&'()*+,;=".utf8))
        for byte in UInt8.min...UInt8.max {
            #expect(HTTPCharacters.isA(byte, HTTPCharacters.token) == token.contains(byte), "\(byte)")
            #expect(HTTPCharacters.isA(byte, HTTPCharacters.name) == name.contains(byte), "\(byte)")
            #expect(
                HTTPCharacters.isA(byte, HTTPCharacters.key) == name.union(Array(":@".utf8)).contains(byte), "\(byte)")
            let isTarget = byte > 0x20 && byte < 0x7F && !Array("\"#<>?\\`".utf8).contains(byte)
            #expect(HTTPCharacters.isA(byte, HTTPCharacters.target) == isTarget, "\(byte)")
            let isHost = name.union(Array(":[]%".utf8)).contains(byte)
            #expect(HTTPCharacters.isA(byte, HTTPCharacters.host) == isHost, "\(byte)")
            for length in 1...17 {
                let text = [UInt8](repeating: 0x61, count: length - 1) + [byte] + [0x61]
                let stops = byte < 0x20 || byte == 0x7F
                text.withUnsafeBufferPointer { text in
                    let stop = HTTPCharacters.skipText(text.baseAddress!, from: 0, to: text.count)
                    #expect(stop == (stops ? length - 1 : text.count))
                }
            }
        }
    }
}
