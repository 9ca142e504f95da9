import MeshBase
import Testing

@testable import Resilience

@Suite struct SettingsHolderTests {
    private func time(_ milliseconds: Int64) -> WallTime { WallTime(milliseconds: milliseconds) }
    private func document(_ version: UInt64, at: Int64 = 0, _ flags: [FlagEntry] = []) -> SettingsDocument {
        SettingsDocument(version: version, at: time(at), flags: flags)
    }

    @Test func theHigherVersionWins() {
        var holder = SettingsHolder()
        let off = FlagEntry("offers", isOn: false)
        #expect(
            holder.offer(.document(document(2, [off])), now: time(0))
                == .applied([.init(kind: .flag, name: "offers", scope: .mesh, value: "off", set: nil, until: nil)]))
        #expect(holder.offer(.document(document(1)), now: time(0)) == .older(than: 2))
        #expect(holder.offer(.document(document(2, [off])), now: time(0)) == .same)
        #expect(holder.document.flags == [off] && holder.refused == 1)
        #expect(
            holder.offer(.document(document(9)), now: time(0))
                == .applied([.init(kind: .flag, name: "offers", scope: .mesh, value: nil, set: nil, until: nil)]))
    }

    @Test func aNewerSchemaChangesNothing() {
        var holder = SettingsHolder(document(2, [FlagEntry("offers", isOn: false)]))
        let before = holder.document
        #expect(holder.offer(.newer(schema: 2, version: 99), now: time(0)) == .newerSchema(2))
        #expect(holder.document == before && holder.refused == 1)
    }

    @Test func anUnsoundOneChangesNothingThoughPartOfItIsSound() {
        var holder = SettingsHolder(document(2))
        var offered = document(3, [FlagEntry("good", isOn: false), FlagEntry("good", isOn: true)])
        guard case .unsound(let problems) = holder.offer(.document(offered), now: time(0)) else {
            Issue.record("a flag is there twice")
            return
        }
        #expect(problems.map(\.path) == ["flags[1]"])
        #expect(holder.document == document(2) && holder.refused == 1)
        offered.flags.removeLast()
        guard case .applied = holder.offer(.document(offered), now: time(0)) else {
            Issue.record("mended, it is sound")
            return
        }
    }

    @Test func processesThatSawTwoOfOneVersionEndWithTheSame() {
        let seed: UInt64 = 27
        for run in 0..<300 {
            var generator = Generator(seed: seed, concern: "settings", node: UInt64(run))
            let documents = (0..<6).map { index in
                document(
                    generator.below(3), at: Int64(generator.below(2)),
                    [FlagEntry("f\(index)", isOn: generator.chance(0.5))])
            }
            var holders = [SettingsHolder(), SettingsHolder(), SettingsHolder()]
            for index in holders.indices {
                for document in documents.shuffled(using: &generator) {
                    _ = holders[index].offer(.document(document), now: time(0))
                }
            }
            #expect(holders[0].document == holders[1].document, "seed \(seed), run \(run)")
            #expect(holders[0].document == holders[2].document, "seed \(seed), run \(run)")
            #expect(holders[0].document.version == documents.map(\.version).max(), "seed \(seed), run \(run)")
        }
    }

    @Test func gossipTellsWhoIsBehind() {
        let holder = SettingsHolder(document(4))
        let digest = document(4).digest
        #expect(!holder.isBehind(version: 4, digest: digest) && !holder.isBehind(version: 3, digest: 1))
        #expect(holder.isBehind(version: 5, digest: 1) && holder.isBehind(version: 4, digest: digest &+ 1))
    }

    @Test func whatEndsIsToldOnceAlsoAfterARestart() {
        let flag = FlagEntry("offers", isOn: false, until: time(100))
        var holder = SettingsHolder(document(1, [flag]))
        #expect(holder.nextEnd(after: time(0)) == time(100))
        #expect(holder.expire(now: time(99)).isEmpty)
        #expect(
            holder.expire(now: time(100))
                == [.init(kind: .flag, name: "offers", scope: .mesh, value: nil, set: nil, until: nil)])
        #expect(holder.expire(now: time(101)).isEmpty)
        #expect(holder.inForce(at: time(101)).flags.isEmpty && holder.document.flags == [flag])
        var restarted = SettingsHolder(document(1, [flag]))
        #expect(restarted.expire(now: time(500)).count == 1 && restarted.nextEnd(after: time(500)) == nil)
    }

    @Test func theSameSetAgainIsAChange() {
        func held(_ version: UInt64, _ set: Int64) -> SettingsDocument {
            var document = document(version)
            document.set(BreakerEntry("g", .closed, set: time(set), until: time(set + 1_000)))
            return document
        }
        var holder = SettingsHolder(held(1, 0))
        #expect(holder.offer(.document(held(2, 0)), now: time(1)) == .applied([]))
        #expect(
            holder.offer(.document(held(3, 5)), now: time(6))
                == .applied([
                    .init(kind: .breaker, name: "g", scope: nil, value: "closed", set: time(5), until: time(1_005))
                ]))
    }

    @Test func theDigestSeesEveryField() {
        let base = SettingsDocument(
            version: 1, flags: [FlagEntry("a", isOn: true)], breakers: [BreakerEntry("g", .closed, until: time(1))],
            levels: [LevelEntry(.minor)], peak: PeakEntry("p", set: time(0), until: time(1)),
            comparison: ComparisonEntry(a: .minor, b: .minor), notice: NoticeEntry("n"))
        var digests: Set<UInt64> = [base.digest]
        let changes: [(inout SettingsDocument) -> Void] = [
            { $0.version = 2 }, { $0.at = WallTime(milliseconds: 1) }, { $0.flags[0].name = "b" },
            { $0.flags[0].isOn = false },
            { $0.flags[0].scope = .cell("c") }, { $0.flags[0].set = WallTime(milliseconds: 0) },
            { $0.flags[0].until = WallTime(milliseconds: 0) }, { $0.flags = [] },
            { $0.breakers[0].gate = "h" }, { $0.breakers[0].mode = .disabled },
            { $0.breakers[0].until = WallTime(milliseconds: 2) },
            { $0.breakers[0].set = WallTime(milliseconds: 2) }, { $0.breakers = [] },
            { $0.levels[0].level = .normal }, { $0.levels[0].isPinned = true }, { $0.levels[0].scope = .cell("c") },
            { $0.levels[0].set = WallTime(milliseconds: 3) }, { $0.levels[0].until = WallTime(milliseconds: 3) },
            { $0.levels = [] },
            { $0.peak?.name = "q" }, { $0.peak?.set = WallTime(milliseconds: 9) },
            { $0.peak?.until = WallTime(milliseconds: 9) },
            { $0.peak = nil }, { $0.comparison?.a = .normal }, { $0.comparison?.b = .normal },
            { $0.comparison?.share = 0.4 },
            { $0.comparison?.seed = 1 }, { $0.comparison?.set = WallTime(milliseconds: 9) },
            { $0.comparison?.until = WallTime(milliseconds: 9) }, { $0.comparison = nil },
            { $0.notice?.text = "m" }, { $0.notice?.set = WallTime(milliseconds: 9) },
            { $0.notice?.until = WallTime(milliseconds: 9) }, { $0.notice = nil },
        ]
        for (index, change) in changes.enumerated() {
            var other = base
            change(&other)
            #expect(digests.insert(other.digest).inserted, "change \(index)")
        }
        #expect(base.digest == base.digest)
    }
}
