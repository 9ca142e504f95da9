import MeshBase
import Testing

@testable import UVDriver

@Suite("The search for members to join through")
struct SeedSearchTests {
    private static let east = SeedSearch.Name(host: "us-east", port: 7946)
    private static let west = SeedSearch.Name(host: "us-west", port: 7946)
    private static let address = Endpoint("10.0.0.1:7946")!

    @Test("Addresses need no lookup")
    func addresses() throws {
        let search = try SeedSearch(["10.0.0.1:7946", "10.0.0.2:1"])
        #expect(search.found == [Self.address, Endpoint("10.0.0.2:1")!])
        #expect(search.missing.isEmpty)
        #expect(search.next(waited: .zero) == .join)
    }

    @Test("Seeds of both families: those that the socket for gossip can send to, or a refusal")
    func families() throws {
        var search = try SeedSearch(["[fd00::1]:7946", "10.0.0.1:7946"])
        #expect(search.seeds.map(\.description) == ["[fd00::1]:7946", "10.0.0.1:7946"])
        search.reaches = { $0.address.isIPv4 }
        #expect(search.seeds == [Self.address])
        #expect(search.refusal(gossip: .loopback(1)) == nil)
        search = try SeedSearch(["[fd00::1]:7946"])
        search.reaches = { $0.address.isIPv4 }
        #expect(
            search.refusal(gossip: .loopback(1))?.hasPrefix(
                "--join [fd00::1]:7946: gossip is bound to 127.0.0.1:1, which reaches no IPv6 address; bind it to [::]")
                == true)
        #expect(try SeedSearch([]).refusal(gossip: .loopback(1)) == nil)
    }

    @Test("Nobody to join: the first of its mesh", arguments: [TimeAmount.zero, .seconds(100)])
    func nobody(waited: TimeAmount) throws { #expect(try SeedSearch([]).next(waited: waited) == .join) }

    @Test(
        "What is not HOST:PORT is refused at once",
        arguments: [
            "us-east", "us-east:", ":1", "us-east:70000", "a:0", "10.0.0.1:0", "0.0.0.0:7946", "::1", "::1:7946",
            "[::1]",
            "[::1]:0", "[::]:7946", "[fe80::1]:7946", "[fd00::1%eth0]:7946", "[::1]:65536", "224.0.0.1:1",
        ])
    func malformed(text: String) { #expect(throws: HostFailure.self) { try SeedSearch([text]) } }

    @Test("Without any address the names are looked up for a minute, and are then an error")
    func unknown() throws {
        var search = try SeedSearch(["us-east:7946"])
        search.failed(Self.east, "unknown node or service")
        #expect(search.next(waited: .zero) == .lookAgain)
        #expect(search.next(waited: .seconds(59)) == .lookAgain)
        #expect(search.next(waited: .seconds(60)) == .fail("--join us-east:7946: unknown node or service"))
    }

    @Test("With one way into the mesh a host that is down holds nobody up; its name is kept to be looked up again")
    func oneIsDown() throws {
        var search = try SeedSearch(["us-east:7946", "us-west:7946"])
        search.resolved(Self.east, to: [Self.address])
        search.failed(Self.west, "unknown node or service")
        #expect(search.next(waited: .zero) == .join)
        #expect(search.found == [Self.address])
        #expect(search.names.map(\.name) == [Self.east, Self.west])
        #expect(search.names.map(\.endpoints) == [[Self.address], []])
        #expect(search.missing == [Self.west])
    }

    @Test("All names are known: no more waiting")
    func allKnown() throws {
        var search = try SeedSearch(["us-east:7946", "us-west:7946"])
        search.resolved(Self.east, to: [Self.address])
        search.resolved(Self.west, to: [Self.address])
        #expect(search.found == [Self.address])
        #expect(search.next(waited: .zero) == .join)
    }

    @Test("A name of this machine is found on a real loop, and a signal to stop ends the search")
    func realLoop() throws {
        let loop = try EventLoop()
        var search = try SeedSearch(["localhost:7946"])
        try search.run(on: loop) { false }
        #expect(search.found.contains(.loopback(7946)))
        var endless = try SeedSearch(["localhost:7946"])
        #expect(throws: HostFailure.self) { try endless.run(on: loop) { true } }
        loop.run()
        loop.close()
    }
}

@Suite("The names of seeds while the process runs")
struct SeedNamesTests {
    private func turn(_ loop: EventLoop, until isOver: () -> Bool) { while !isOver() { loop.runOnce() } }

    @Test("A name that was unknown is looked up until it is known, and then only while it leads to nobody")
    func unknown() throws {
        let loop = try EventLoop()
        var search = try SeedSearch(["localhost:7946"])
        search.failed(search.missing[0], "unknown node or service")
        search.reaches = { $0.address.isIPv4 }
        let names = SeedNames(loop: loop, search)
        var found: [Endpoint] = []
        let keep = try LoopTimer(loop: loop) {}
        keep.start(after: .milliseconds(1), every: .milliseconds(1))
        turn(loop) {
            names.tick(unreached: { [] }) { _, endpoints, former in
                #expect(former.isEmpty)
                found = endpoints
            }
            return !found.isEmpty
        }
        #expect(found == [.loopback(7946)])
        // It leads where it led before: nothing changes.
        for _ in 0..<40 {
            names.tick(unreached: { [.loopback(7946)] }) { _, _, _ in Issue.record("nothing has changed") }
            loop.runOnce()
        }
        keep.close()
        loop.run()
        loop.close()
    }

    @Test("A name that leads elsewhere than it did is told with both")
    func moved() throws {
        let loop = try EventLoop()
        var search = try SeedSearch(["localhost:7946"])
        let old = Endpoint("10.9.8.7:7946")!
        search.reaches = { $0.address.isIPv4 }
        search.resolved(search.missing[0], to: [old])
        let names = SeedNames(loop: loop, search)
        var change: ([Endpoint], [Endpoint])?
        let keep = try LoopTimer(loop: loop) {}
        keep.start(after: .milliseconds(1), every: .milliseconds(1))
        turn(loop) {
            names.tick(unreached: { [old] }) { change = ($1, $2) }
            return change != nil
        }
        #expect(change?.0 == [.loopback(7946)])
        #expect(change?.1 == [old])
        keep.close()
        loop.run()
        loop.close()
    }
}

@Suite("What a process says when it and a mesh do not come together")
struct StrangerWatchTests {
    @Test("Being alone is said once, and so is the end of it")
    func alone() {
        var watch = StrangerWatch()
        var search = KeptMember.Search()
        search.isAlone = true
        search.unreached = [.loopback(7946)]
        let first = watch.look(search)
        #expect(first.map(\.action) == ["not-joined"])
        #expect(first[0].detail.contains("127.0.0.1:7946"))
        #expect(watch.look(search).isEmpty)
        search.isAlone = false
        #expect(watch.look(search).map(\.action) == ["joined"])
        #expect(watch.look(search).isEmpty)
    }

    @Test("Packets of strangers are told with their source, once a minute")
    func strangers() {
        var watch = StrangerWatch()
        var search = KeptMember.Search()
        #expect(watch.look(search).isEmpty)
        search.strangers = 3
        search.stranger = .loopback(1234)
        #expect(
            watch.look(search).map(\.detail).first?.hasPrefix("3 packets of a stranger, the last from 127.0.0.1:1234")
                == true)
        var told = 0
        for _ in 0..<24 {
            search.strangers += 1
            told += watch.look(search).count
        }
        #expect(told == 2)
    }
}

@Suite("The address to tell the others")
struct AdvertisedAddressTests {
    @Test("What is given counts, as a name or an address")
    func given() throws {
        let bound = [Endpoint.loopback(1)]
        #expect(try AdvertisedAddress.choose("10.1.2.3", listening: bound) == IPAddress("10.1.2.3"))
        #expect(try AdvertisedAddress.choose("fd00::1", listening: bound) == IPAddress("fd00::1"))
        #expect(try AdvertisedAddress.choose("[fd00::1]", listening: bound) == IPAddress("fd00::1"))
        for nowhere in [
            "no-such-host.invalid", "0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "ff02::1", "fe80::1", "fe80::1%lo",
            "[::1]:7", "10.0.0.1:7",
        ] {
            #expect(throws: HostFailure.self, "\(nowhere)") { try AdvertisedAddress.choose(nowhere, listening: bound) }
        }
    }

    @Test("Of a name that has addresses of both families, one that is served")
    func family() throws {
        func told(_ bound: String...) throws -> IPAddress? {
            try AdvertisedAddress.choose("localhost", listening: bound.map { Endpoint($0)! })
        }
        #expect(try told("127.0.0.1:1") == .loopback)
        #expect(try told("[::1]:1") == .loopback6)
        #expect(try told("[::]:1") == .loopback)
        #expect(try told("[::1]:1", "[::]:0") == .loopback6)
    }

    @Test("A bound address needs no other; that of gossip stands for one that is open to all")
    func bound() throws {
        #expect(try AdvertisedAddress.choose(nil, listening: [.loopback(1), .loopback(0)]) == nil)
        for open in ["0.0.0.0:7000", "[::]:7000"] {
            #expect(try AdvertisedAddress.choose(nil, listening: [.loopback(1), Endpoint(open)!]) == .loopback)
        }
        let far = Endpoint("[fd00::1]:1")!
        #expect(try AdvertisedAddress.choose(nil, listening: [far, Endpoint("[::]:7000")!]) == far.address)
        #expect(throws: HostFailure.self) {
            try AdvertisedAddress.choose(nil, listening: [far, Endpoint("0.0.0.0:7000")!])
        }
    }
}
