import MeshBase
import Testing

@testable import Topology

@Suite struct TargetChooserTests {
    private static func topology(pinned: Bool = false) -> MeshTopology {
        let front = Service(name: "front", calls: [Edge(to: 1), Edge(to: 2)])
        let blueprint = Blueprint(
            name: "b",
            services: [front, Service(name: "pay", calls: [Edge(to: 2)]), Service(name: "user"), Service(name: "lone")])
        let regions = [
            Region(name: "a", geography: "g", zones: ["x", "y"]), Region(name: "b", geography: "h", zones: ["x"]),
            Region(name: "c", geography: "g", zones: ["x"]),
        ]
        let cells = [
            Cell(name: "a-1", region: 0, zone: 0), Cell(name: "a-2", region: 0, zone: 1),
            Cell(name: "b-1", region: 1, zone: 0), Cell(name: "b-2", region: 1, zone: 0),
            Cell(name: "c-1", region: 2, zone: 0),
        ]
        var topology = MeshTopology(
            name: "m", seed: 1, regions: regions, cells: cells, blueprints: [blueprint],
            customers: Customers(count: 10), routers: [Router(name: "r1", region: 0)], control: Control(region: 0))
        if pinned { topology.customers.geographies = [.init(geography: "h", share: 0.1)] }
        return topology
    }

    private static func chosen(
        _ word: String, rates: [Double?] = [1, 2, 9, 1, 3], customers: [Int] = [50, 10, 10, 10, 20],
        serves: [Bool] = [true, true, true, true, true], pinned: Bool = false, seed: UInt64 = 1
    ) throws(UnknownTarget) -> [String] {
        let loads = (0..<5).map {
            TargetChooser.Load(rate: rates[$0], customers: customers[$0], serves: serves[$0])
        }
        var chooser = TargetChooser(topology(pinned: pinned), loads: loads, seed: seed)
        return try chooser.words(for: word)
    }

    @Test func theBusiestIsByRateAndElseByCustomers() throws {
        #expect(try Self.chosen("cell/{busiest}") == ["cell/b-1"] && Self.chosen("{busiest}") == ["cell/b-1"])
        #expect(try Self.chosen("region/{busiest}") == ["region/b"])
        #expect(try Self.chosen("zone/{busiest}") == ["zone/b/x"])
        #expect(try Self.chosen("cell/{busiest}", rates: [nil, 2, 9, 1, 3]) == ["cell/a-1"])
        #expect(try Self.chosen("cell/{busiest}", serves: [true, true, false, true, true]) == ["cell/c-1"])
        #expect(try Self.chosen("us-east-1") == ["us-east-1"])
    }

    @Test func theRemoteOneCanBeLeft() throws {
        #expect(try Self.chosen("region/{remote}") == ["region/b"])
        #expect(try Self.chosen("region/{control}") == ["region/a"])
        #expect(throws: UnknownTarget.self) { try Self.chosen("zone/{control}") }
        // The only region of customers who are pinned to a geography is kept, as is the control plane's.
        #expect(try Self.chosen("region/{remote}", pinned: true) == ["region/c"])
        #expect(try Self.chosen("zone/{remote}", pinned: true) == ["zone/c/x"])
    }

    @Test func whatIsRandomIsAFunctionOfTheSeed() throws {
        #expect(try Self.chosen("cell/{random}", seed: 3) == Self.chosen("cell/{random}", seed: 3))
        let all = Set(try (0..<60).map { try Self.chosen("cell/{random}", seed: $0)[0] })
        #expect(all.count == 5)
        #expect(try Self.chosen("cell/{random:40%}").count == 2 && Self.chosen("cell/{random:1%}").count == 1)
        #expect(try Self.chosen("cell/{random:100%}").count == 5)
    }

    /// What is drawn is the same whoever asks, before and after it was struck, and needs no seed to be said.
    @Test func aDrawStaysWhereItIs() throws {
        func drawn(_ word: String, serves: [Bool], used: [Bool], seed: UInt64?, chance: UInt64) throws -> [String] {
            let loads = (0..<5).map {
                TargetChooser.Load(rate: nil, customers: 1, serves: serves[$0], isInUse: used[$0])
            }
            var chooser = TargetChooser(Self.topology(), loads: loads, seed: seed, chance: chance)
            return try chooser.words(for: word)
        }
        let all = [Bool](repeating: true, count: 5)
        for number in 1...5 {
            let word = "cell/{draw:\(number)}"
            let first = try drawn(word, serves: all, used: all, seed: nil, chance: 1)
            let position = try #require(Self.topology().cells.firstIndex { "cell/\($0.name)" == first[0] })
            var serves = all
            serves[position] = false
            #expect(try drawn(word, serves: serves, used: all, seed: nil, chance: 2) == first)
            #expect(try drawn(word, serves: all, used: all, seed: 1, chance: 3) == first, "the topology's seed is 1")
        }
        #expect(throws: UnknownTarget.self) { try drawn("cell/{draw:6}", serves: all, used: all, seed: nil, chance: 1) }
        #expect(throws: UnknownTarget.self) { try drawn("cell/{draw:0}", serves: all, used: all, seed: nil, chance: 1) }
        var used = all
        used[0] = false
        let cells = try (1...4).map { try drawn("cell/{draw:\($0)}", serves: all, used: used, seed: 7, chance: 1)[0] }
        #expect(Set(cells).count == 4 && !cells.contains("cell/a-1"), "one that is out of use is no part of it")
        let others = Set(try (0..<40).map { try drawn("cell/{draw:1}", serves: all, used: all, seed: $0, chance: 1) })
        #expect(others.count == 5)
    }

    @Test func oneOfAKindIsOneName() throws {
        let loads = (0..<5).map { TargetChooser.Load(rate: nil, customers: [50, 10, 10, 10, 20][$0], serves: true) }
        var chooser = TargetChooser(Self.topology(), loads: loads, seed: 1)
        #expect(try chooser.name(for: "{busiest}", of: .region) == "a")
        #expect(try chooser.name(for: "region/{remote}", of: .region) == "b")
        #expect(try chooser.name(for: "region/c", of: .region) == "c" && chooser.name(for: "c", of: .region) == "c")
        #expect(throws: UnknownTarget.self) { try chooser.name(for: "{random:100%}", of: .cell) }
        #expect(TargetChooser.parts(["a,b", "c", ""]) == ["a", "b", "c", ""])
        #expect(try TargetChooser.left("{remote}", among: []) == nil)
        #expect(try TargetChooser.left("{remote}", among: ["b"]) == "b")
        #expect(throws: UnknownTarget.self) { try TargetChooser.left("{remote}", among: ["a", "b"]) }
    }

    /// Whoever takes no choice says so, and speaks of no form that was kept.
    @Test(arguments: ["zone/{busiest}", "{random}", "cell/{draw:1}", "service/{most-dependents}"])
    func aChoiceIsNoName(word: String) {
        let error = #expect(throws: UnknownTarget.self) { try TargetSelector(word, in: Self.topology()) }
        #expect(error?.message == "'\(word)' leaves a choice, and one name is wanted here")
    }

    @Test func servicesAreByWhomTheyCallAndWhoCallsThem() throws {
        #expect(try Self.chosen("service/{most-dependents}") == ["service/user"])
        #expect(try Self.chosen("service/{most-dependencies}") == ["service/front"])
    }

    @Test func aServiceIsChosenInEachOfTheCells() throws {
        let words = try Self.chosen("cell/{random:40%}/service/{most-dependencies}", seed: 5)
        let cells = try Self.chosen("cell/{random:40%}", seed: 5)
        #expect(words == cells.map { "\($0)/service/front" } && words.count == 2)
        #expect(try Self.chosen("cell/{busiest}/service/user") == ["cell/b-1/service/user"])
        #expect(try Self.chosen("cell/a-1/service/{most-dependents}") == ["cell/a-1/service/user"])
        #expect(throws: UnknownTarget.self) { try Self.chosen("cell/{busiest}/service/{busiest}") }
    }

    @Test(arguments: [
        "cell/{busy}", "planet/{busiest}", "cell/x{busiest}", "cell/{random:0%}", "cell/{busiest", "service/{busiest}",
    ])
    func whatIsNoChoiceIsRefused(word: String) { #expect(throws: UnknownTarget.self) { try Self.chosen(word) } }

    @Test func eachStepDrawsByItselfAndWhatIsNumberedIsTheSame() throws {
        let loads = (0..<5).map { _ in TargetChooser.Load(rate: nil, customers: 1, serves: true) }
        func words(_ word: String, seed: UInt64 = 1, draws: UInt64? = nil, step: Int) throws -> [String] {
            let chooser = TargetChooser(Self.topology(), loads: loads, seed: draws ?? seed, chance: seed)
            var own = chooser.at(step: step)
            return try own.words(for: [word])
        }
        #expect(try words("cell/{random}", step: 3) == words("cell/{random}", step: 3))
        #expect(Set(try (0..<40).map { try words("cell/{random}", step: $0) }).count == 5)
        #expect(Set(try (0..<40).map { try words("cell/{draw:2}", step: $0) }).count == 1)
        #expect(Set(try (0..<40).map { try words("cell/{draw:2}", seed: UInt64($0), draws: 7, step: 0) }).count == 1)
        #expect(try words("cell/{draw:2}", seed: 9, draws: 7, step: 0) == words("cell/{draw:2}", seed: 7, step: 0))
    }

    /// Where a word is read nobody has a topology, and what is wrong with it is told with the nearest.
    @Test func whatIsNoChoiceIsToldWhereItIsRead() throws {
        for (word, hint) in [
            ("cell/{busyest}", "'cell/{busiest}'"), ("{busyest}", "'{busiest}'"),
            ("region/{randm}", "'region/{random}'"),
            ("cell/{draw:0}", "'cell/{draw:1}'"), ("regoin/{remote}", "'region/{remote}'"),
            ("cell/{remote}", "cell/{busiest}"),
            ("zone/{control}", "zone/{remote}"), ("service/{most-dependent}", "'service/{most-dependents}'"),
            ("cell/{busiest}/service/{busiest}", "service/{most-dependents}"), ("cell/{random:200%}", "random:10%"),
            ("mesh/{x", "choices are"),
        ] {
            do throws(UnknownTarget) {
                try TargetChoice.check(word)
                Issue.record("\(word) was understood")
            } catch { #expect(error.hint?.contains(hint) == true, "\(word): \(error)") }
        }
        for word in [
            "cell/{busiest}", "{random}", "zone/{random:5%}", "router/{draw:2}", "cell/a/service/{random}",
            "cell/{random:10%}/service/pay", "region/{control}",
        ] { try TargetChoice.check(word) }
    }

    @Test func nobodyIsChosenWhereNobodyServes() {
        #expect(throws: UnknownTarget.self) {
            try Self.chosen("cell/{busiest}", serves: [false, false, false, false, false])
        }
    }
}
