import Chaos
import MeshBase
import Testing
import Topology

@testable import SimDriver

@Suite struct FaultPlanTests {
    @Test(arguments: [
        "kill us-east-1 @5s for 2s", "kill a,cell/b @5s", "bandwidth a > outside 1KiB/s @1s", "reset a <> b,c 50% @0s",
        "destroy a @0s", "lose-disk a @0s", "restart a @1ms",
        "pause router-1 @1s for 250ms", "resume a @2s",
        "leave control @3s for 1s", "skew a 1h @5s", "drift a -200ppm @1s for 10s", "late a 2500ms @1s for 4s",
        "partition region/us-east <> * @5s for 10s", "partition a > b @1500us", "clog zone/us-east/a <> b @1s",
        "loss a > * 0.2 @1s for 5s", "duplicate * <> * 0.05 @0s", "reorder a <> b 0.1 50ms @1s",
        "latency a > b 7ns @1s",
        "latency service/pay 800ms @5s for 20s", "latency cell/a/service/pay 1s 100ms @0s", "hang service/pay @5s",
        "errors service/pay 0.5 @5s for 2s", "errors service/pay 0.5 503 @5s for 2s",
    ]) func whatIsWrittenReadsBack(_ text: String) throws {
        let fault = try #require(SimFault(text))
        #expect(SimFault("\(fault)") == fault)
    }

    @Test(arguments: [
        "", "kill", "kill a", "kill a @", "kill a @5", "kill a b @5s", "kill a,a @5s", "kill a > b @5s",
        "kill a @5s for", "kill a @5s for x",
        "skew a @5s", "drift a 5 @1s", "partition a b @1s", "partition a <> @1s", "loss a > b @1s", "loss a > b x @1s",
        "reorder a > b 10% @1s", "explode a @1s", "partition region/ > b @1s", "kill a @99999999999999999999s",
        "for for for", "@1s", "hang pay @1s", "latency service/pay @1s",
        "pause a <> b @1s", "kill a <> b @1s for 1s", "skew a <> b 1h @1s", "drift a 5ppm 6ppm @1s",
        "loss a > b 10% 20% @1s", "bandwidth a > b 1KiB/s 2KiB/s @1s", "latency a > b 1s normal uniform @1s",
        "errors service/pay 503 500 @1s", "kill a @1s for 1s for 2s", "kill a for 1s for 2s @1s",
        "restart a @1s for 2s", "resume a @1s for 2s", "evacuate us-east @1s for 2s", "abort @1s for 2s",
        "destroy router/r1 @1s", "lose-disk router/r1 @1s", "lose-rows control @1s", "fill-disk a,router/r1 @1s",
        "errors service/pay 0.5 99999 @1s", "errors service/front 2 @1s", "loss mesh <> mesh 2 @1s",
    ]) func whatIsNoFaultIsRefused(_ text: String) { #expect(SimFault(text) == nil) }

    @Test func plansOfASwarmReadBackAndFit() throws {
        let topology = Meshes.small()
        var swarm = SimSwarm(topology: topology)
        swarm.losesDisks = true
        var kinds = Set<String>()
        for seed in UInt64(1)...200 {
            let plan = swarm.plan(seed: seed)
            #expect(plan == swarm.plan(seed: seed), "seed \(seed)")
            #expect(plan.compactMap { SimFault("\($0)") } == plan, "seed \(seed)")
            #expect(swarm.configuration(seed: seed).problem == nil, "seed \(seed)")
            kinds.formUnion(plan.map { String("\($0)".prefix { $0 != " " }) })
        }
        let all = [
            "kill", "lose-disk", "pause", "leave", "skew", "drift", "late", "partition", "clog", "loss", "duplicate",
            "reorder", "latency",
        ]
        #expect(kinds == Set(all))
    }

    /// What a plan leaves open is chosen as everywhere, and once: one that brings several back is several.
    @Test func choicesOfAPlanAreMade() throws {
        func chosen(_ texts: String..., seed: UInt64 = 3) throws -> [String] {
            var configuration = Meshes.configuration(seed: seed, seconds: 30, rate: 10)
            configuration.faults = try texts.map { try SimFault(text: $0) }
            try configuration.choose()
            #expect(configuration.problem == nil, "\(configuration.problem ?? "")")
            return configuration.faults.map { "\($0)" }
        }
        let topology = Meshes.configuration(seed: 3, seconds: 30, rate: 10).topology
        let drawn = try chosen("kill cell/{draw:2} @1s", "restart cell/{draw:2} @2s", "pause {draw:2} @3s for 1s")
        let name = try #require(drawn[0].split(separator: " ").dropFirst().first)
        #expect(drawn == ["kill \(name) @1s", "restart \(name) @2s", "pause \(name) @3s for 1s"])
        #expect(Set(try (0..<20).map { try chosen("kill cell/{draw:1} @1s", seed: $0)[0] }).count > 1)
        let all = try chosen("restart mesh @1s")
        #expect(all.count == topology.cells.count && all[0] == "restart cell/\(topology.cells[0].name) @1s")
        let left = try chosen("evacuate region/{draw:1} @1s")[0]
        #expect(topology.regions.contains { left == "evacuate \($0.name) @1s" }, "\(left)")
        #expect(try chosen("kill cell/{random:50%} @1s")[0].split(separator: ",").count > 1)
        // As real ones do.
        #expect(throws: UnknownTarget.self) { try chosen("latency mesh 5ms @1s") }
        #expect(throws: (any Error).self) { try chosen("kill cell/{busyest} @1s") }
        #expect(try chosen("latency mesh <> mesh 5ms @1s") == ["latency mesh <> mesh 5ms @1s"])
    }

    /// Which region is taken back is known by the plan itself, in order of time, whatever the seed would draw.
    @Test func whatIsTakenBackIsWhatWasLeft() throws {
        func chosen(_ texts: String..., seed: UInt64) throws -> [String] {
            var configuration = Meshes.configuration(seed: seed, seconds: 30, rate: 10)
            configuration.faults = try texts.map { try SimFault(text: $0) }
            try configuration.choose()
            return configuration.faults.map { "\($0)" }
        }
        for seed in UInt64(1)...20 {
            let plan = try chosen("restore {random} @9s", "evacuate {random} @5s", seed: seed)
            let region = try #require(plan[1].split(separator: " ").dropFirst().first)
            #expect(plan[0] == "restore \(region) @9s", "seed \(seed): \(plan)")
            let twice = try chosen(
                "evacuate r1 @1s", "restore region/{random} @3s", "evacuate r2 @5s", "restore region/{random} @9s",
                seed: seed)
            #expect(twice[1] == "restore r1 @3s" && twice[3] == "restore r2 @9s", "seed \(seed): \(twice)")
            // What was left before is no part of the plan.
            let later = try chosen("restore region/{draw:1} @1s", "evacuate r2 @5s", seed: seed)
            #expect(later[0] == (try chosen("restore region/{draw:1} @1s", seed: seed))[0])
        }
    }

    @Test func placesThatAreNotThereAreRefused() {
        let topology = Meshes.small()
        for text in [
            "partition region/r9 <> * @1s", "partition nobody <> * @1s", "kill r1-1 @1h",
            "drift r1-1 900000ppm @1s", "latency * <> * 2h @1s", "partition zone/r1/b > * @1s",
            "hang service/nobody @1s", "hang cell/r9/service/front @1s",
            "lose-disk router-1 @1s", "fill-disk router-1 @1s", "destroy r1-1,router-1 @1s",
            "errors service/front 0.5 200 @1s", "latency service/front 2h @1s",
        ] {
            // Figures are refused as they are read, names once the mesh is known.
            guard let fault = SimFault(text) else { continue }
            let configuration = Meshes.configuration(topology, seed: 1, faults: [fault])
            #expect(configuration.problem != nil, "\(text)")
        }
    }

    @Test func effectsOfTheNetworkComposeAndGo() throws {
        let topology = Meshes.small()
        let texts = [
            "loss region/r1 > region/r2 0.5 @1s for 4s", "loss * <> * 0.5 @2s for 1s",
            "latency r1-1 <> r2-1 10ms @0s for 10s", "latency * <> * 5ms @4s for 1s",
            "partition r1-1 > r3-1 @1s for 1s",
            "clog r1-1 > r3-1 @2s for 2s", "reset zone/r2/a > outside 25% @6s",
        ]
        let simulation = try Simulation(Meshes.configuration(topology, seed: 1, seconds: 10))
        defer { simulation.dispose() }
        func number(_ name: String) -> Int { simulation.machines.firstIndex { $0.name == name }! }
        func effect(_ from: String, _ to: String) -> LinkEffect {
            simulation.network.weather.effect(from: number(from), to: number(to))
        }
        let specs = try texts.map { try #require(SimFault($0)?.spec) }
        func begin(_ key: Int) { simulation.begin(key, specs[key], .fault(key)) }
        func end(_ key: Int) { simulation.end(key: key, .faultEnds(key)) }
        begin(2)
        #expect(effect("r1-1", "r2-1").loss == 0 && effect("r1-1", "r2-1").delays.count == 1)
        begin(0)
        #expect(effect("r1-1", "r2-1").loss == 0.5 && effect("r2-1", "r1-1").loss == 0)
        begin(1)
        #expect(effect("r1-1", "r2-1").loss == 0.75 && effect("r2-1", "r1-1").loss == 0.5)
        begin(3)
        #expect(effect("r2-1", "r1-1").delays.map(\.base) == [.milliseconds(10), .milliseconds(5)])
        begin(4)
        #expect(effect("r1-1", "r3-1").isCut && !effect("r3-1", "r1-1").isCut)
        begin(5)
        end(4)
        #expect(!effect("r1-1", "r3-1").isCut && effect("r1-1", "r3-1").isClogged)
        end(0)
        #expect(effect("r1-1", "r2-1").loss == 0.5)
        // The clients stand outside.
        #expect(effect("clients", "router-1").isNone && effect("router-1", "clients").isNone)
        begin(6)
        #expect(effect("r2-1", "r1-1").resets == 0.25 && effect("r1-1", "r2-1").resets == 0)
        for key in texts.indices { end(key) }
        #expect(simulation.network.weather.isClear && simulation.inForce.isEmpty)
    }

    @Test func aClockThatIsWrongIsReadBothWays() {
        var clock = LocalTime()
        let start = Instant.zero + .seconds(10)
        #expect(clock.local(start) == start && clock.global(start) == start)
        clock.setDrift(20_000, now: start)
        let later = start + .seconds(100)
        #expect(clock.local(later) == start + .seconds(102))
        clock.jump(.hours(1), now: later)
        let reading = later + .seconds(2) + .hours(1)
        #expect(clock.local(later) == reading)
        clock.setDrift(-20_000, now: later)
        #expect(clock.local(later) == reading)
        #expect(clock.local(later + .seconds(100)) == reading + .seconds(98))
        for offset in [1, 999, 1_000_000, 123_456_789, 5_000_000_000] as [Int64] {
            let wanted = reading + .nanoseconds(offset)
            let at = clock.global(wanted)
            #expect(clock.local(at) >= wanted)
            #expect(clock.local(at - .nanoseconds(2)) < wanted)
        }
    }
}
