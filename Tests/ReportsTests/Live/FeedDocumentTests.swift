import Foundation
import MeshBase
import Testing

@testable import Reports

/// What processes and the feed write, byte by byte: each golden is a line of a document whose every member has a value.
@Suite struct FeedDocumentTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    private func compare(_ lines: [[UInt8]], with name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        let written = String(decoding: lines.joined(), as: UTF8.self)
        if ProcessInfo.processInfo.environment["CELLMESH_REWRITE_GOLDENS"] != nil {
            try written.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == written)
    }

    @Test func messagesAreWrittenAndReadAsTheyAre() throws {
        let messages = FeedSamples.messages
        try compare(messages.map(\.line), with: "feed.ndjson")
        for message in messages {
            #expect(try ReportJSON.read(FeedMessage.self, message.line) == message)
        }
        #expect(Set(messages.map(\.name)).count == 7)
    }

    @Test func vitalsAreWrittenAndReadAsTheyAre() throws {
        let (cell, router, control) = (FeedSamples.cell, FeedSamples.router, FeedSamples.control)
        try compare(
            [ReportJSON.encode(cell), ReportJSON.encode(router), ReportJSON.encode(control)], with: "vitals.ndjson")
        #expect(try ReportJSON.read(CellVitals.self, ReportJSON.encode(cell)) == cell)
        #expect(try ReportJSON.read(RouterVitals.self, ReportJSON.encode(router)) == router)
        #expect(try ReportJSON.read(ControlVitals.self, ReportJSON.encode(control)) == control)
    }

    @Test func vitalsOfEarlierReleasesAreRead() throws {
        let cell =
            #"{"schema":"cellmesh/1","utilisation":0.5,"store_full":true,"filled":1,"verified":2,"damaged":0,"swept":3}"#
        let vitals = try ReportJSON.read(CellVitals.self, Array(cell.utf8))
        #expect(vitals.utilisation == 0.5 && vitals.isStoreFull && vitals.traffic == nil && vitals.condition == nil)
        let router = #"{"schema":"cellmesh/1","reached":{"a":"127.0.0.1:1"}}"#
        #expect(try ReportJSON.read(RouterVitals.self, Array(router.utf8)).reached == ["a": "127.0.0.1:1"])
    }

    @Test func aServerSentEventHasItsNumber() {
        let events = FeedSamples.messages.map { String(decoding: $0.serverSentEvent, as: UTF8.self) }
        #expect(events[6] == "event: bye\ndata: {\"reason\":\"stopping\"}\n\n")
        #expect(events[3].hasPrefix("id: 42\nevent: delta\ndata: {") && events[3].hasSuffix("}\n\n"))
        #expect(events.allSatisfy { $0.split(separator: "\n", omittingEmptySubsequences: false).count <= 5 })
    }

    /// Null is a member that is gone; one that is absent is as it was.
    @Test func goneIsNotAbsent() throws {
        let delta = try ReportJSON.read(FeedDelta.self, Array(#"{"seq":2,"t":3,"halt":null}"#.utf8))
        #expect(delta.halt == Nullable(wrappedValue: nil) && delta.drill == nil)
    }

    @Test(arguments: [
        #"{"seq":1,"t":2,"cells":{"i":[0,1],"rps":[1]}}"#, #"{"seq":1,"t":2,"cells":{"rps":[1]}}"#,
        #"{"seq":-1,"t":2}"#, #"{"seq":1,"t":2,"cells":{"i":[0],"rps":["x"]}}"#,
    ])
    func aMalformedDeltaIsRefused(_ text: String) {
        #expect(throws: DecodingError.self) { try ReportJSON.read(FeedDelta.self, Array(text.utf8)) }
    }

    @Test func figuresAreAsLongAsTheySay() throws {
        var generator = Generator(seed: 7)
        for field in FeedField.allCases {
            var cells = FeedCells(count: 1)
            for raw in [0, 1, -1, 10, 99, 100, 1_050, 123_456, -205, .min]
                + (0..<50).map({ _ in
                    Int32(truncatingIfNeeded: generator.next() >> 34)
                })
            {
                cells[field, 0] = FeedFigure(raw: raw)
                let text = String(decoding: ReportJSON.encode(cells), as: UTF8.self)
                let rest = try #require(text.split(separator: "\"\(field.name)\":[").last)
                let figure = rest.prefix { $0 != "]" }
                #expect(figure.count == cells[field, 0].length(field), "\(figure)")
                #expect(try ReportJSON.read(FeedCells.self, Array(text.utf8)) == cells)
            }
        }
    }

    @Test func marksReadAsWritten() {
        for count in [0, 1, 4, 5, 10_000] {
            let values = (0..<count).map { UInt8($0 % 4) }
            #expect(CustomerMarks.values(CustomerMarks.text(values, bits: 2), bits: 2, count: count) == values)
            #expect(CustomerMarks.values(CustomerMarks.text(values, bits: 4), bits: 4, count: count) == values)
        }
        #expect(CustomerMarks.values("AAA=", bits: 2, count: 3) == nil)
    }

    // MARK: Bounds

    private static func name(_ number: Int) -> String { String(repeating: "n", count: 58) + "\(10_000 + number)" }

    @Test func theLargestCellFitsIntoItsBytes() {
        var cell = FeedSamples.cell
        let large = UInt64.max / 2
        cell.traffic?.latency = LatencyCounts(counts: Array(repeating: 1 << 40, count: LatencyBuckets.count))
        cell.pools = (0..<256).map {
            .init(service: Self.name($0), busy: $0, workers: 256, calls: large, failed: large, refused: large)
        }
        cell.gates = (0..<2_000).map {
            .init(from: Self.name($0), to: Self.name($0), state: "forced-open", sinceMilliseconds: .max)
        }
        let bounded = cell.bounded
        let bytes = ReportJSON.encode(bounded).count
        #expect(bytes <= CellVitals.mostBytes && bytes > CellVitals.mostBytes / 3)
        #expect(bounded.pools?.last?.service == Self.name(255), "the fullest pool is told")
        #expect(bounded.leftOut == 2_256 - (bounded.pools?.count ?? 0) - (bounded.gates?.count ?? 0))
        #expect(FeedSamples.cell.bounded == FeedSamples.cell)
    }

    /// What is said of a document without making it holds for the longest words and figures.
    @Test func noDocumentIsLongerThanItsParts() throws {
        var cell = FeedSamples.cell
        (cell.traces, cell.faults, cell.news, cell.host) = (nil, nil, nil, nil)
        cell.cell = String(repeating: "\u{1}", count: 64)
        cell.services = [.init(service: Self.name(1), score: 1 / 3, count: .min)]
        cell.condition?.why = String(repeating: "\"\n", count: 60)
        cell.utilisation = -1 / 3
        (cell.oldestHint, cell.lackedAge, cell.hints, cell.waiting) = (.min, .min, .min, .min)
        (cell.filled, cell.verified, cell.damaged, cell.lacked) = (.max, .max, .max, .max)
        let most = try #require(cell.mostLength)
        #expect(ReportJSON.encode(cell).count <= most && most < CellVitals.mostBytes)
        cell.pools = (0..<9).map { .init(service: Self.name($0), busy: .min, workers: .min, calls: .max, failed: .max) }
        cell.gates = (0..<9).map {
            .init(from: Self.name($0), to: Self.name($0), state: "forced-open", sinceMilliseconds: .min, failure: 1 / 3)
        }
        cell.traffic = .init(
            requests: .max, failed: .max, shed: .max, calls: .max, attempts: .max,
            latency: LatencyCounts(counts: Array(repeating: .max, count: LatencyBuckets.count)))
        #expect(ReportJSON.encode(cell).count <= (try #require(cell.mostLength)))

        var router = FeedSamples.router
        (router.traces, router.impaired, router.faults, router.news, router.host) = (nil, nil, nil, nil, nil)
        router.router = String(repeating: "\u{1}", count: 64)
        router.named = ["a": .amnesiac, "\u{2}": .amnesiac]
        router.requests = .init(total: .max, ok: .max, refused: .max, failed: .max, attempts: .max, retries: .max)
        router.latency = LatencyCounts(counts: Array(repeating: .max, count: LatencyBuckets.count))
        router.cells = .init(
            attempts: [.max, .max], failed: [.max, .max], p50: [.min, nil], p99: [nil, .min])
        router.impact?.cohorts = Array(repeating: [.min, .min, .min], count: 64)
        if var impact = router.impact {
            (impact.struck, impact.impaired) = ([.min, .min], [.min])
            router.impact = impact
        }
        #expect(ReportJSON.encode(router).count <= (try #require(router.mostLength)))
    }

    @Test func aRouterOfAThousandCellsFitsIntoItsBytes() {
        var router = FeedSamples.router
        let cells = (0..<1_000).map { "eu-central-\($0)" }
        router.reached = Dictionary(uniqueKeysWithValues: cells.map { ($0, "127.0.0.1:43210") })
        router.cells = .init(
            attempts: Array(repeating: 123_456_789, count: 1_000), failed: Array(repeating: 1_234_567, count: 1_000),
            p50: Array(repeating: 12_345, count: 1_000), p99: Array(repeating: 1_234_567, count: 1_000))
        router.latency = LatencyCounts(counts: Array(repeating: 1 << 40, count: LatencyBuckets.count))
        router.impact?.marks = CustomerMarks.text(Array(repeating: 2, count: 10_000), bits: 2)
        #expect(ReportJSON.encode(router).count < RouterVitals.mostBytes * 3 / 4, "there is room without cutting")
        router.gates = cells.map { .init(from: "r1", to: "checkout@\($0)", state: "open", sinceMilliseconds: 9) }
        let bounded = router.bounded
        #expect(ReportJSON.encode(bounded).count <= RouterVitals.mostBytes)
        #expect(bounded.reached.count == 1_000 && bounded.impact?.marks != nil)
    }
}
