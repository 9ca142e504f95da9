import MeshBase
import Testing

@testable import Reports

/// Traces as the OpenTelemetry protocol has them, in its JSON mapping.
@Suite struct OTLPTests {
    private struct Sent: Decodable {
        struct Resource: Decodable {
            struct Attributes: Decodable { var attributes: [Attribute] }
            struct Scope: Decodable { var spans: [Span] }
            var resource: Attributes
            var scopeSpans: [Scope]
        }
        struct Attribute: Decodable {
            struct Value: Decodable {
                var stringValue: String?
                var intValue: String?
                var doubleValue: Double?
            }
            var key: String
            var value: Value
        }
        struct Span: Decodable {
            struct Status: Decodable { var code: Int? }
            var traceId: String
            var spanId: String
            var parentSpanId: String?
            var name: String
            var kind: Int
            var startTimeUnixNano: String
            var endTimeUnixNano: String
            var attributes: [Attribute]
            var status: Status
        }
        var resourceSpans: [Resource]
        var spans: [Span] { resourceSpans.flatMap(\.scopeSpans).flatMap(\.spans) }
    }

    private func read(_ request: OTLPRequests.Request) throws -> Sent { try ReportJSON.read(Sent.self, request.body) }
    private func whole(_ trace: GatheredTrace) throws -> OTLPRequests.Request {
        var requests = OTLPRequests(mesh: "shop", version: "0.1.0")
        #expect(requests.add(trace).isEmpty)
        let all = requests.finish()
        #expect(all.count == 1 && requests.finish().isEmpty)
        return try #require(all.first)
    }

    @Test func aProcessIsAResourceAndASpanIsAsTheProtocolSays() throws {
        let strike = TraceSample.strike("f3", nodes: ["a-1"], from: 900, to: nil)
        let request = try whole(TraceSample.trace(router: strike))
        #expect(!request.body.contains(UInt8(ascii: "\n")))
        let sent = try read(request)
        #expect(sent.resourceSpans.count == 2 && sent.spans.count == request.spans)
        let names = sent.resourceSpans[1].resource.attributes.map { "\($0.key)=\($0.value.stringValue ?? "")" }
        #expect(
            names == [
                "service.name=cellmesh-router", "service.namespace=shop", "service.instance.id=r1", "cloud.region=east",
                "cloud.availability_zone=a",
            ])
        let root = try #require(sent.spans.first { $0.kind == 2 && $0.name.hasPrefix("GET") })
        #expect(root.name == "GET /v1/customers/{customer}/services/checkout")
        #expect(root.parentSpanId == "00f067aa0ba902b7" && root.traceId == TraceSample.id)
        #expect((root.startTimeUnixNano, root.endTimeUnixNano) == ("1000000000", "1317000000"))
        #expect(root.attributes.first { $0.key == "http.response.status_code" }?.value.intValue == "200")
        #expect(root.status.code == nil)
        let attempt = try #require(sent.spans.first { $0.attributes.contains { $0.value.stringValue == "a-1" } })
        #expect(attempt.kind == 3 && attempt.status.code == 2 && attempt.parentSpanId == root.spanId)
        #expect(attempt.attributes.first { $0.key == "cellmesh.epoch" }?.value.intValue == "3")
        #expect(attempt.attributes.first { $0.key == "error.type" }?.value.stringValue == "timeout")
        let text = String(decoding: request.body, as: UTF8.self)
        #expect(text.contains(#"{"key":"cellmesh.faults","value":{"arrayValue":{"values":[{"stringValue":"f3"}]}}}"#))
    }

    @Test func valuesAreWrittenAsTheMappingSays() {
        var attributes = OTLPAttributes()
        attributes.set("big", .number(.max))
        attributes.set("nan", .real(.nan))
        attributes.set("no", .real(-.infinity))
        attributes.set("quote", "\"\u{1B}")
        attributes.set("empty", "")
        var bytes: [UInt8] = []
        attributes.append(to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #""attributes":[{"key":"big","value":{"intValue":"9223372036854775807"}},"#
                + #"{"key":"nan","value":{"doubleValue":"NaN"}},{"key":"no","value":{"doubleValue":"-Infinity"}},"#
                + #"{"key":"quote","value":{"stringValue":"\"\u001b"}}]"#)
    }

    /// All spans arrive, in requests of at most so many spans and bytes.
    @Test func requestsAreBounded() throws {
        let trace = try TraceSample.trace()
        var requests = OTLPRequests(mesh: "shop", version: "0.1.0")
        var full: [OTLPRequests.Request] = []
        for _ in 0..<200 { full += requests.add(trace) }
        full += requests.finish()
        #expect(full.dropLast().allSatisfy { $0.spans == OTLPRequests.spans })
        #expect(full.reduce(0) { $0 + $1.spans } == 200 * trace.spans.count)
        for request in full { #expect(try read(request).spans.count == request.spans) }

        let long = String(repeating: "x", count: 100_000)
        let page = try TraceSample.page(
            "r1", role: "router", began: 0, took: 1, customer: "c", [TraceSample.decision(0, "", nil, "a", "b", long)])
        var large = OTLPRequests(mesh: "shop", version: "0.1.0")
        full = []
        for _ in 0..<40 { full += large.add(GatheredTrace(id: TraceSample.id, pages: [("r1", page)])) }
        full += large.finish()
        #expect(full.count > 3 && full.allSatisfy { $0.body.count <= OTLPRequests.bytes })
        #expect(full.reduce(0) { $0 + $1.spans } == 40)
    }
}

/// What a collector's answers lead to, in no time.
@Suite struct OTLPDeliveryTests {
    private var coins = Generator(seed: 1, concern: "test")

    private func pause(_ step: OTLPDelivery.Step) -> TimeAmount? {
        if case .sendAgain(let wait) = step { wait } else { nil }
    }

    @Test(arguments: [429, 502, 503, 504]) mutating func itIsSentAgainWhereThatMayHelp(_ status: Int) throws {
        var delivery = OTLPDelivery(patience: .seconds(10), spans: 14)
        let first = try #require(pause(delivery.answered(.status(status), took: .zero, using: &coins)))
        #expect(first >= .milliseconds(250) && first <= .milliseconds(500))
        let second = try #require(pause(delivery.answered(.lost("gone"), took: .zero, using: &coins)))
        #expect(second >= .milliseconds(500) && second <= .seconds(1))
        #expect(delivery.answered(.status(202), took: .zero, using: &coins) == .delivered(rejected: 0, message: ""))
    }

    @Test(arguments: [301, 400, 401, 404, 413, 500, 501]) mutating func andNowhereElse(_ status: Int) {
        var delivery = OTLPDelivery(patience: .seconds(10), spans: 14)
        let body = Array(#"{"code":3,"message":"not like this"}"#.utf8)
        #expect(
            delivery.answered(.status(status, body: body), took: .zero, using: &coins)
                == .failed("the collector refuses it with \(status): not like this"))
    }

    @Test mutating func theCollectorSaysWhen() throws {
        var delivery = OTLPDelivery(patience: .seconds(10), spans: 14)
        #expect(
            pause(delivery.answered(.status(503, retryAfter: .seconds(7)), took: .zero, using: &coins)) == .seconds(7))
        #expect(
            delivery.answered(.status(429, retryAfter: .seconds(4)), took: .zero, using: &coins)
                == .failed("the collector answers 429, 2 times"), "7 s and 4 s are more than 10 s")
    }

    @Test mutating func patienceEnds() {
        var delivery = OTLPDelivery(patience: .seconds(60), spans: 14)
        var (waited, tries) = (TimeAmount.zero, 0)
        while let wait = pause(delivery.answered(.lost("gone"), took: .zero, using: &coins)) {
            waited = waited + wait
            tries += 1
            #expect(wait <= OTLPDelivery.longestPause)
        }
        #expect(waited <= .seconds(60) && waited > .seconds(20) && tries < 15)
    }

    @Test(arguments: [#""3""#, "3"]) mutating func whatWasRejectedIsNotSentAgain(_ count: String) {
        var delivery = OTLPDelivery(patience: .seconds(10), spans: 14)
        let body = Array(#"{"partialSuccess":{"rejectedSpans":\#(count),"errorMessage":"too old"}}"#.utf8)
        #expect(
            delivery.answered(.status(200, body: body), took: .zero, using: &coins)
                == .delivered(rejected: 3, message: "too old"))
    }

    @Test mutating func moreThanWasSentCannotBeRejected() {
        var delivery = OTLPDelivery(patience: .seconds(10), spans: 14)
        let body = Array(#"{"partialSuccess":{"rejectedSpans":"99999999999"}}"#.utf8)
        #expect(
            delivery.answered(.status(200, body: body), took: .zero, using: &coins)
                == .delivered(rejected: 14, message: ""))
    }

    @Test(arguments: ["", " \n", "{}", #"{"partialSuccess":{}}"#, #"{"partialSuccess":null,"later":1}"#])
    mutating func aCollectorMayHaveNothingToSay(_ body: String) {
        var delivery = OTLPDelivery(patience: .seconds(10), spans: 14)
        #expect(
            delivery.answered(.status(200, body: Array(body.utf8)), took: .zero, using: &coins)
                == .delivered(rejected: 0, message: ""))
    }

    @Test(arguments: [
        "<html>", "[]", "ok", #"{"partialSuccess":{"rejectedSpans":-99}}"#,
        #"{"partialSuccess":{"rejectedSpans":"x"}}"#, #"{"partialSuccess":7}"#,
    ])
    mutating func whoAnswersOtherwiseIsNoCollector(_ body: String) {
        var delivery = OTLPDelivery(patience: .seconds(10), spans: 14)
        #expect(
            delivery.answered(.status(200, body: Array(body.utf8)), took: .zero, using: &coins)
                == .failed("answered 200, and not as a collector does"))
    }

    /// One that says "at once" again and again is not asked in a loop.
    @Test mutating func pausesHaveAFloor() {
        var delivery = OTLPDelivery(patience: .seconds(3), spans: 14)
        var tries = 0
        while let wait = pause(
            delivery.answered(.status(429, retryAfter: .zero), took: .milliseconds(1), using: &coins))
        {
            tries += 1
            #expect(wait >= .milliseconds(250))
        }
        #expect(1...4 ~= tries)
    }

    /// What a silent collector takes is part of the patience.
    @Test mutating func sendingsCountToo() throws {
        var delivery = OTLPDelivery(patience: .seconds(12), spans: 14)
        #expect(delivery.limit == .seconds(10))
        let wait = try #require(pause(delivery.answered(.lost("silent"), took: .seconds(10), using: &coins)))
        #expect(delivery.limit == .seconds(2) - wait && delivery.trouble == "silent")
        #expect(
            delivery.answered(.lost("silent"), took: delivery.limit, using: &coins) == .failed("silent, 2 times"))
        #expect(OTLPDelivery(patience: .zero, spans: 1).limit == OTLPDelivery.shortestTry)
    }
}
