import Testing

@testable import Reports

/// What a control plane keeps of traces, and what leaves it first.
@Suite struct TraceKeeperTests {
    static func part(
        _ trace: String, _ node: String = "r1", rank: KeptPart.Rank = .plain, customer: String = "c7",
        status: Int = 200, began: Double = 1_000, spans: UInt64 = 2, attempts: [String]? = nil, text: String = "{}"
    ) -> KeptPart {
        let head = TraceHead(
            trace: trace, node: node, began: began, customer: customer, service: "checkout", method: "GET",
            status: status,
            policy: "", durationMilliseconds: 10, explained: false, kept: "failed", cells: ["a-1"], against: [],
            faults: [], attempts: attempts)
        return KeptPart(
            head: head, rank: rank, spans: spans, headText: ReportJSON.encode(head).dropLast(),
            pageText: Array(text.utf8))
    }

    private func ids(_ keeper: TraceKeeper) -> [String] {
        var found: [String] = []
        keeper.list(since: 0) { if !found.contains($0.head.trace) { found.append($0.head.trace) } }
        return found.sorted()
    }

    /// Plain ones leave first, the oldest of them; then what was asked for; what ended unlike the others stays longest.
    @Test func whatSaysLeastLeavesFirst() {
        var keeper = TraceKeeper(traces: 3)
        keeper.take(Self.part("asked", rank: .explained))
        keeper.take(Self.part("failed", rank: .outcome))
        keeper.take(Self.part("plain-1"))
        keeper.take(Self.part("plain-2"))
        #expect(ids(keeper) == ["asked", "failed", "plain-2"])
        keeper.take(Self.part("slow", rank: .outcome))
        #expect(ids(keeper) == ["asked", "failed", "slow"])
        keeper.take(Self.part("plain-3"))
        #expect(ids(keeper) == ["asked", "failed", "slow"], "a plain one has no room among these")
        keeper.take(Self.part("shed", rank: .outcome))
        #expect(ids(keeper) == ["failed", "shed", "slow"])
        #expect((keeper.left.plain, keeper.left.outcome, keeper.left.explained) == (3, 0, 1))
        // What was asked for and failed is a failure.
        keeper.take(Self.part("asked-failed", rank: .explained, status: 503))
        keeper.take(Self.part("asked-again", rank: .explained))
        #expect(ids(keeper) == ["asked-failed", "shed", "slow"])
        #expect((keeper.left.plain, keeper.left.outcome, keeper.left.explained) == (3, 1, 2))
        #expect((keeper[.gathered], keeper[.plainLeft], keeper[.left]) == (18, 6, 6))
    }

    @Test func allTakeNoMoreThanTheirBytes() {
        let bytes = 100_000
        var keeper = TraceKeeper(bytes: bytes)
        let long = "{" + String(repeating: " ", count: 4_000) + "}"
        for number in 0..<500 {
            keeper.take(Self.part("t\(number)", text: long))
            #expect(keeper.taken <= bytes)
        }
        #expect(keeper.count < 25 && keeper.count > 15 && keeper.left.plain == UInt64(500 - keeper.count))
        // One that is larger than all room stays until the next.
        keeper.take(Self.part("large", text: "{" + String(repeating: " ", count: 2 * bytes) + "}"))
        #expect(ids(keeper) == ["large"])
        keeper.take(Self.part("next"))
        #expect(ids(keeper) == ["next"] && keeper.taken < 4_000)
    }

    /// What a process adds to a trace replaces what it told before; its clock is read anew each time.
    @Test func aTraceToldAgainIsThereOnce() {
        var keeper = TraceKeeper()
        keeper.take(Self.part("t", spans: 2, text: #"{"a":1}"#))
        let before = keeper.taken
        keeper.take(Self.part("t", rank: .outcome, began: 1_000.25, spans: 5, text: #"{"a":2}"#))
        #expect(keeper.parts(of: "t").map { String(decoding: $0.pageText, as: UTF8.self) } == [#"{"a":2}"#])
        #expect((keeper.count, keeper[.gathered], keeper[.replaced]) == (1, 7, 2))
        #expect(keeper.taken - before < 16)
        // It is no plain one any more.
        var small = TraceKeeper(traces: 1)
        small.take(Self.part("t"))
        small.take(Self.part("t", rank: .outcome))
        small.take(Self.part("u"))
        #expect(ids(small) == ["t"])
    }

    /// A cell keeps its part under the name of an attempt, and tells it before the router tells whose that is, or after.
    @Test(arguments: [false, true]) func partsUnderNamesOfAttemptsGoWithTheirRequest(isLate: Bool) {
        var keeper = TraceKeeper()
        let cell = Self.part("attempt", "a-1", rank: .outcome, customer: "", began: 1_002, text: #"{"cell":1}"#)
        let router = Self.part("request", rank: .outcome, attempts: ["attempt"])
        for part in isLate ? [router, cell] : [cell, router] { keeper.take(part) }
        #expect(keeper.count == 1 && Set(keeper.parts(of: "request").map(\.head.node)) == ["r1", "a-1"])
        #expect(keeper.parts(of: "attempt").map(\.head.node) == ["a-1"])
        #expect((keeper[.gathered], keeper[.replaced]) == (4, 0))
        let taken = keeper.taken
        #expect(taken > 1_500)
        // They leave together.
        var small = TraceKeeper(traces: 1)
        for part in isLate ? [router, cell] : [cell, router] { small.take(part) }
        small.take(Self.part("other", rank: .outcome))
        #expect(ids(small) == ["other"] && small.parts(of: "attempt").isEmpty && small[.left] == 4)
    }

    /// Another router's attempt, or one of another life, may have had the same name.
    @Test func aNameOfAnotherTimeIsOfAnotherRequest() {
        var keeper = TraceKeeper()
        keeper.take(Self.part("request", rank: .outcome, attempts: ["attempt"]))
        keeper.take(Self.part("attempt", "a-1", rank: .outcome, customer: "", began: 60_000))
        #expect(keeper.count == 2 && keeper.parts(of: "request").map(\.head.node) == ["r1"])
        // Who was held up between two readings of the clock tells a time that is off.
        keeper.take(Self.part("late", "r1", rank: .outcome, began: 300_000, attempts: ["held-up"]))
        keeper.take(Self.part("held-up", "a-1", rank: .outcome, customer: "", began: 300_040))
        #expect(keeper.parts(of: "late").map(\.head.node) == ["r1", "a-1"])
        // And one that was there before keeps its own.
        keeper.take(Self.part("second", rank: .outcome, began: 200_000, attempts: ["attempt"]))
        #expect(keeper.parts(of: "second").map(\.head.node) == ["r1"])
    }

    /// What was gathered of a cell that is gone stands beside what others tell themselves.
    @Test func whatIsGatheredAndWhatIsToldAreJoined() throws {
        var keeper = TraceKeeper()
        let (router, cell) = (try TraceSample.router(), try TraceSample.cell())
        for page in [router, cell] {
            keeper.take(
                KeptPart(
                    head: page.head, rank: .outcome, spans: 3, headText: ReportJSON.encode(page.head).dropLast(),
                    pageText: TraceSample.text(of: page)))
        }
        let kept = try ReportJSON.read(ToldTrace.self, try #require(keeper.document(of: TraceSample.id)))
        var parts = TraceParts(id: TraceSample.id)
        // The cell was killed; the router tells more than when it was gathered.
        var more = router
        more.dropped = 4
        parts.add([.own(more), kept])
        #expect(parts.pages.map(\.node) == ["r1", "b-1"] && parts.pages[0].page.dropped == 4)
        let trace = GatheredTrace(id: TraceSample.id, pages: parts.pages)
        #expect(trace.parts.count == 2 && trace.gone.isEmpty)
        // Without it, its part is said to be gone: the cell answered.
        #expect(GatheredTrace(id: TraceSample.id, pages: [("r1", router)]).gone == ["b-1"])
        #expect(GatheredTrace(id: TraceSample.id, pages: [("r1", router)], missing: ["b-1"]).gone.isEmpty)

        let list = try ReportJSON.read(TraceListPage.self, keeper.listDocument(since: 0))
        #expect(list.traces.map(\.node) == ["r1", "b-1"] && list.store?.traces == 1)
        #expect(
            try ReportJSON.read(TraceListPage.self, keeper.listDocument(since: 1_100)).traces.map(\.node) == ["b-1"])
        #expect(keeper.document(of: "none") == nil)
        let merged = TraceFilter.merged([router.head], kept: list.traces)
        #expect(merged.map(\.node) == ["r1", "b-1"])
    }

    @Test func partsOfOneTraceAreBounded() {
        var keeper = TraceKeeper()
        for number in 0..<TraceKeeper.parts + 3 { keeper.take(Self.part("t", "n\(number)", spans: 1)) }
        #expect(keeper.parts(of: "t").count == TraceKeeper.parts && keeper[.refused] == 3)
    }

    /// Ranks rise and traces leave at random: figures hold, and nothing is found that left.
    @Test(arguments: [UInt64(1), 2, 3]) func figuresHold(seed: UInt64) {
        var coins = Coins(state: seed)
        var keeper = TraceKeeper(traces: 20, bytes: 40_000)
        for _ in 0..<5_000 {
            let number = Int.random(in: 0..<60, using: &coins)
            let isRoot = Bool.random(using: &coins)
            keeper.take(
                Self.part(
                    isRoot ? "t\(number)" : "a\(number)", isRoot ? "r1" : "c\(number % 3)",
                    rank: KeptPart.Rank.allCases.randomElement(using: &coins)!, customer: isRoot ? "c7" : "",
                    attempts: isRoot ? ["a\(number)"] : nil,
                    text: "{" + String(repeating: " ", count: Int.random(in: 0..<900, using: &coins)) + "}"))
            #expect(keeper.count <= 20 && keeper.taken <= 40_000, "seed \(seed)")
        }
        var (bytes, spans): (Int, UInt64) = (0, 0)
        keeper.list(since: 0) {
            bytes += $0.bytes
            spans += $0.spans
        }
        #expect(bytes == keeper.taken, "seed \(seed)")
        let gone = keeper[.replaced] + keeper[.refused] + keeper[.plainLeft] + keeper[.left]
        #expect(keeper[.gathered] - gone == spans, "seed \(seed)")
    }
}

private struct Coins: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
