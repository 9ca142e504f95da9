import MeshBase
import Replication
import Testing
import Wire

@testable import Nodes

@Suite struct DataPlaneTests {
    private func read(_ text: String) throws -> (DataRequest, HTTPRoute) {
        var bytes = Array(text.utf8)
        return try bytes.withUnsafeMutableBytes { bytes in
            var parser = HTTPRequestParser()
            guard case .complete(let request) = parser.parse(bytes, limits: .standard) else {
                throw HTTPFailure.truncated
            }
            return try DataPlane.read(
                request, in: UnsafeRawBufferPointer(bytes), id: RequestID(index: 1, generation: 1))
        }
    }

    private func head(_ line: String, _ field: String = "") -> String {
        "\(line) HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: 0\r\n\r\n"
    }

    /// Whoever names a condition relies on it.
    @Test(arguments: HTTPUnkept.allCases) func whatIsNotKeptIsRefused(unkept: HTTPUnkept) throws {
        let lines = [
            "PUT /v1/customers/c1/records/k", "GET /v1/customers/c1/records/k", "DELETE /v1/customers/c1/records/k",
            "POST /v1/customers/c1/services/user",
        ]
        // What is kept for some keys, routers refuse for the others.
        let isForRecords = unkept == .session || unkept == .consistency || unkept == .ifMatch
        for line in lines where !isForRecords || line.contains("services") {
            if unkept == .idempotencyKey, line.contains("services") { continue }
            #expect(throws: Never.self) { try read(head(line)) }
            let refusal = #expect(throws: DataPlaneRefusal.self) { try read(head(line, "\(unkept.field): x\r\n")) }
            let problem = try #require(refusal?.problem)
            #expect(problem.status == (unkept == .contentRange ? 400 : 501))
            guard case .made(let detail) = problem.detail else { continue }
            #expect(detail.hasPrefix("\(unkept.field) "))
        }
    }

    /// The words of a field are the documented ones, letter by letter.
    @Test func wordsAreReadExactly() throws {
        let line = "GET /v1/customers/c1/records/k"
        #expect(try read(head(line, "X-Priority: high\r\n")).0.priority == .high)
        #expect(try read(head(line, "x-priority: low\r\n")).0.priority == .low)
        for field in ["X-Priority: High", "X-Priority: highs", "X-Priority: hig"] {
            let refusal = #expect(throws: DataPlaneRefusal.self) { try read(head(line, "\(field)\r\n")) }
            #expect(refusal?.problem.status == 400, "\(field)")
        }
        #expect(try read(head(line, "x-consistency: weak\r\n")).0.consistency == .weak)
        for field in ["X-Consistency: Weak", "X-Consistency: wea"] {
            let refusal = #expect(throws: DataPlaneRefusal.self) { try read(head(line, "\(field)\r\n")) }
            #expect(refusal?.problem.status == 400, "\(field)")
        }
    }

    /// What cannot be read is as nothing, and counted.
    @Test(
        arguments: [
            ("X-Explain: 1\r\n", true, nil, false), ("X-Explain: yes\r\n", false, nil, false),
            (
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", false,
                "4bf92f3577b34da6a3ce929d0e0e4736", false
            ),
            ("traceparent: 00-4bf92f3577b34da6\r\nX-Explain: 1\r\n", true, nil, true), ("", false, nil, false),
        ] as [(String, Bool, String?, Bool)])
    func tracesAreReadOrIgnored(_ fields: String, isExplained: Bool, trace: String?, isMalformed: Bool) throws {
        for line in ["GET /v1/customers/c1/records/k", "GET /v1/customers/c1/services/user"] {
            let (data, _) = try read(head(line, fields))
            #expect(data.isExplained == isExplained && data.trace?.text == trace, "\(fields)")
            #expect(data.isTraceMalformed == isMalformed)
        }
    }

    /// Only a read of a record looks after others; who says so of anything else is a customer.
    @Test(arguments: [
        ("GET /v1/customers/c1/records/k", "1", true), ("HEAD /v1/customers/c1/records/k", "1", true),
        ("GET /v1/customers/c1/records/k", "yes", false), ("PUT /v1/customers/c1/records/k", "1", false),
        ("DELETE /v1/customers/c1/records/k", "1", false), ("GET /v1/customers/c1/services/user", "1", false),
    ])
    func onlyReadsOfRecordsAreChecks(_ line: String, _ value: String, isCheck: Bool) throws {
        #expect(try read(head(line, "X-Check: \(value)\r\n")).0.isCheck == isCheck, "\(line)")
    }

    /// The id of a request is as long as a proxy makes it.
    @Test(arguments: [1, 255, 256, 8_000]) func theIdOfARequestIsAKeyHoweverLong(_ count: Int) throws {
        func key(_ id: String) throws -> (DataRequest, [UInt8]) {
            let text = head("POST /v1/customers/c1/services/pay", "X-Request-ID: \(id)\r\n")
            let (data, route) = try read(text)
            var bytes = Array(text.utf8)
            var output = ByteBuffer()
            try bytes.withUnsafeMutableBytes { bytes in
                var parser = HTTPRequestParser()
                guard case .complete(let request) = parser.parse(bytes, limits: .standard) else {
                    throw HTTPFailure.truncated
                }
                DataPlane.append(
                    FrameHead(
                        kind: .serviceCall, flags: .keyed, request: 1, customer: data.customer, epoch: .first),
                    request, route, in: UnsafeRawBufferPointer(bytes), payload: .none, into: &output)
            }
            let frame = try #require(try FrameCodec.first(of: output.bytes, bodyLimit: 0)).frame
            return (data, KeyedNote(frame.note, isKeyed: true).key)
        }
        let id = String(repeating: "i", count: count)
        let (data, first) = try key(id)
        #expect(data.isKeyed && !data.isExplicit && data.isShortened == (count > 255))
        #expect(first.count == min(count, 255) && (count > 255 || first == Array(id.utf8)))
        let again = try key(id).1
        let other = try key(id.dropLast() + "j").1
        #expect(first == again && first != other)
    }

    /// It goes with a trace that the client names, as it came, and never with another.
    @Test(arguments: [
        ("tracestate: a=1,b=2\r\n", "a=1,b=2"), ("TraceState: a=1\r\ntracestate: b=2\r\n", "a=1,b=2"), ("", ""),
        ("tracestate: \(String(repeating: "x", count: 512))\r\n", String(repeating: "x", count: 512)),
        ("tracestate: \(String(repeating: "x", count: 513))\r\n", ""), ("tracestates: a=1\r\n", ""),
    ]) func theStateOfATraceIsPassedOn(_ fields: String, state: String) throws {
        let parent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
        for (field, isRead) in [(parent, true), ("traceparent: 00-zz\r\n", false)] {
            let text = head("POST /v1/customers/c1/services/pay", field + fields)
            let (data, route) = try read(text)
            var bytes = Array(text.utf8)
            var output = ByteBuffer()
            try bytes.withUnsafeMutableBytes { bytes in
                var parser = HTTPRequestParser()
                guard case .complete(let request) = parser.parse(bytes, limits: .standard) else {
                    throw HTTPFailure.truncated
                }
                let trace = data.trace ?? FrameTrace(high: 1, low: 2, isExplained: true)
                DataPlane.append(
                    FrameHead(kind: .serviceCall, request: 1, customer: data.customer, epoch: .first, trace: trace),
                    request, route, in: UnsafeRawBufferPointer(bytes), payload: .request, into: &output)
            }
            let frame = try #require(try FrameCodec.first(of: output.bytes, bodyLimit: 0)).frame
            #expect(String(decoding: frame.traceState, as: UTF8.self) == (isRead ? state : ""))
            #expect(String(decoding: frame.name, as: UTF8.self) == "pay")
        }
    }

    @Test(arguments: Consistency.allCases) func aLevelIsReadByItsName(level: Consistency) throws {
        let (data, _) = try read(
            head(
                "GET /v1/customers/c1/records/k", "X-Consistency: \(level.name)\r\nX-Session: new\r\n"
            ))
        #expect(data.consistency == level && data.session?.count == 3)
        #expect(throws: DataPlaneRefusal.self) {
            try read(head("GET /v1/customers/c1/records/k", "X-Consistency: \(level.name)er\r\n"))
        }
    }
}
