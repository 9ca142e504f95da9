import MeshBase
import Replication
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct RouterSiblingTests {
    private let router = RouterHarness(
        topology(store: StoreSettings(tier: .important, conflicts: ConflictSettings(.siblings))))

    init() { router.node.wallOffset = 1_764_000_000_000_000_000 }

    private func dot(_ counter: UInt64) -> RecordVersion { RecordVersion(counter: counter, writer: 1) }

    private func set(_ values: [(UInt64, String)], at writer: UInt64) -> SiblingSet {
        var set = SiblingSet()
        for (counter, value) in values {
            _ = set.write(
                dot(counter), value: Array(value.utf8), tombstone: false, superseding: [], writer: writer)
        }
        return set
    }

    /// As a router gives it for what a cell has.
    private func tag(_ values: [(UInt64, String)], key: String = "k1") -> String {
        let known = set(values, at: 1)
        router.request(.get, .record, key: key)
        for frame in router.takeFrames() { router.answer(frame, version: known.version, bytes: known.encoded()) }
        return router.takeAnswer()?.tag ?? ""
    }

    @Test func aReadMergesWhatCellsHaveAndBringsItToEach() throws {
        let (a, b) = (set([(10, "a")], at: 1), set([(20, "b\"\n")], at: 2))
        router.request(.get, .record)
        let query = router.takeFrames()
        #expect(query.count == 3)
        router.answer(query[0], version: a.version, bytes: a.encoded())
        router.answer(query[1], version: b.version, bytes: b.encoded())
        router.answer(query[2])
        let both = a.merged(with: b)
        // Nobody has both: all three are told.
        let repairs = router.takeFrames()
        #expect(repairs.count == 3)
        for frame in repairs {
            #expect(frame.head.kind == .recordWrite && !frame.head.flags.contains(.add))
            #expect(frame.body == both.encoded() && frame.head.versionCounter == both.version.counter)
        }
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 300 && answer.dots == [dot(10), dot(20)])
        #expect(answer.body.contains(#""text":"a""#) && answer.body.contains(#""text":"b\"\n""#), "\(answer.body)")
        #expect(router.counters.conflictsShown == 1 && router.isIdle)
    }

    @Test func oneSiblingIsAPlainAnswerAndNoneIsMissing() throws {
        let one = set([(10, "a")], at: 1)
        router.request(.get, .record)
        for frame in router.takeFrames() { router.answer(frame, version: one.version, bytes: one.encoded()) }
        let found = try #require(router.takeAnswer())
        #expect(found.status == 200 && found.body == "a" && found.dots == [dot(10)])
        #expect(router.takeFrames().isEmpty)
        var gone = one
        _ = gone.write(dot(20), value: [], tombstone: true, superseding: [dot(10)], writer: 1)
        router.request(.get, .record)
        for frame in router.takeFrames() {
            router.answer(frame, flags: .tombstone, version: gone.version, bytes: gone.encoded())
        }
        let missing = try #require(router.takeAnswer())
        #expect(missing.status == 404 && missing.dots == [dot(20)])
        router.request(.get, .record)
        for frame in router.takeFrames() { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 404)
    }

    @Test func aWriteIsTakenUpByOneCellAndBroughtToTheOthers() throws {
        router.request(.put, .record, ifMatch: tag([(10, "a"), (20, "b")]))
        for frame in router.takeFrames() { router.answer(frame) }
        var frames = router.takeFrames()
        try #require(frames.count == 1)
        #expect(frames[0].head.flags.contains(.add) && frames[0].body == nil)
        // It fails, and says that it keeps what it had: the next one is asked, for the same dot.
        let first = frames[0]
        router.answer(first, .refusal, status: Refusal.overloaded.rawValue)
        frames = router.takeFrames()
        try #require(frames.count == 1)
        #expect(frames[0].cell != first.cell)
        #expect(frames[0].head.versionCounter == first.head.versionCounter)
        let made = set([(30, "v")], at: 2)
        router.answer(frames[0], flags: .add, version: made.version, bytes: made.encoded())
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 201 && answer.version?.counter == first.head.versionCounter)
        let spread = router.takeFrames()
        // The one that refused may be full: it gets it by the other's hint.
        #expect(spread.count == 1 && spread[0].body == made.encoded() && !spread[0].head.flags.contains(.add))
        #expect(router.isIdle)
    }

    /// A load reads back what routers write.
    @Test func aPageOfSiblingsReadsBack() throws {
        var known = set([(10, "a\\\",\"version\":\"9-9-9\""), (20, "b")], at: 1)
        _ = known.write(dot(15), value: [], tombstone: true, superseding: [], writer: 2)
        _ = known.write(dot(40), value: [255, 254], tombstone: false, superseding: [], writer: 2)
        router.request(.get, .record)
        for frame in router.takeFrames() { router.answer(frame, version: known.version, bytes: known.encoded()) }
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 300)
        Array(answer.body.utf8).withUnsafeBytes { body in
            let shown = ShownSiblings.read(body)
            #expect(
                shown.map { String(decoding: $0.version, as: UTF8.self) }
                    == answer.tag.dropFirst().dropLast().split(separator: ",").map(String.init))
            #expect(
                shown.map { $0.text.map { String(decoding: $0, as: UTF8.self) } } == [
                    "a\\\\\\\",\\\"version\\\":\\\"9-9-9\\\"", nil, "b", nil,
                ])
            for end in 0..<body.count {
                #expect(ShownSiblings.read(UnsafeRawBufferPointer(rebasing: body[..<end])).count <= 4)
            }
        }
    }

    /// Taken, it would supersede nothing, and the write would be a sibling of what its client thought to replace.
    @Test func whatWasGivenOutForAnotherKeyIsRefused() throws {
        let own = tag([(10, "a"), (20, "b")])
        let other = tag([(10, "a")], key: "k2")
        let first = String(own.dropFirst().prefix { $0 != "," })
        let second = String(own.dropLast().drop { $0 != "," }.dropFirst())
        #expect(first != second && "\"\(first)\"" == tag([(10, "a")]) && other != tag([(10, "a")]))
        let swapped =
            first.split(separator: "-").dropLast().joined(separator: "-") + "-" + second.split(separator: "-")[2]
        let refused = router.counters.conditionsRefused
        let foreign = [
            other, "\"a-1\"", "\"7fffffffffffff00-1\"", "\"\(swapped)\"", own.dropLast() + ",1e-1\"",
            "\"\(first)\", \(other)",
        ]
        for tag in foreign {
            router.request(.put, .record, ifMatch: tag)
            let answer = try #require(router.takeAnswer(), "\(tag)")
            #expect(answer.status == 412 && answer.problem?.type.description == "foreign-condition", "\(tag)")
        }
        #expect(router.sink.frames.isEmpty && router.counters.conditionsRefused == refused + UInt64(foreign.count))
        // Another router of the mesh, and a part of what was read.
        let twin = RouterHarness(
            topology(store: StoreSettings(tier: .important, conflicts: ConflictSettings(.siblings))))
        twin.node.wallOffset = router.node.wallOffset
        for tag in [own, "\"\(first)\"", "\"\(second)\", \"\(first)\""] {
            twin.request(.put, .record, ifMatch: tag)
            #expect(twin.takeFrames().count == 3 && twin.sink.answers.isEmpty, "\(tag)")
        }
    }

    /// A client that has only written may supersede just that.
    @Test func theTagOfAWriteIsTaken() throws {
        router.request(.put, .record)
        for frame in router.takeFrames() { router.answer(frame) }
        let made = set([(30, "v")], at: 2)
        router.answer(router.takeFrames()[0], flags: .add, version: made.version, bytes: made.encoded())
        let answer = try #require(router.takeAnswer())
        #expect(answer.dots == [try #require(answer.version)])
        _ = router.takeFrames()
        router.request(.delete, .record, ifMatch: answer.tag)
        #expect(router.takeFrames().count == 3 && router.takeAnswer() == nil)
    }

    @Test func whatNamesNothingThatWasReadIsRefused() throws {
        for bad in ["*", "W/\"a-1\"", "\"a-1-2-3\"", "nothing"] {
            router.request(.put, .record, ifMatch: bad)
            let answer = try #require(router.takeAnswer())
            #expect(answer.status == 400 && answer.problem?.type.description == "bad-condition", "\(bad)")
        }
        router.request(.get, .record, ifMatch: "\"a-1\"")
        #expect(router.takeAnswer()?.status == 501)
        let plain = RouterHarness(topology(store: StoreSettings(tier: .important)))
        plain.request(.put, .record, ifMatch: "\"a-1\"")
        #expect(plain.takeAnswer()?.status == 501)
        #expect(router.sink.frames.isEmpty && router.isIdle && router.counters.conditionsRefused == 5)
    }

    /// Versions of sets do not say which contains which: what another cell has may lack what the session wrote.
    @Test func aSessionIsNotFooledByASetOfAHigherVersion() throws {
        router.request(.put, .record, session: "new")
        for frame in router.takeFrames() { router.answer(frame) }
        let mine = set([(10, "mine")], at: 1)
        router.answer(router.takeFrames()[0], flags: .add, version: mine.version, bytes: mine.encoded())
        let token = try #require(router.takeAnswer()).session
        _ = router.takeFrames()
        router.linkDown(router.shard[0], now: .zero)
        let theirs = set([(99, "theirs")], at: 2)
        router.request(.get, .record, session: token)
        for frame in router.takeFrames() { router.answer(frame, version: theirs.version, bytes: theirs.encoded()) }
        #expect(router.takeAnswer()?.status == 503)
    }
}
