import MeshBase
import Testing

@testable import ControlPlane

@Suite("Passes of browsers")
struct PassDeskTests {
    private let start = Instant.zero + .seconds(100)

    private func secret(_ byte: UInt8, _ count: Int = PassDesk.length) -> [UInt8] {
        Array(repeating: byte, count: count)
    }

    private func grant(_ desk: inout PassDesk, _ byte: UInt8, mayChange: Bool = true) throws -> PassDesk.Grant {
        let ticket = desk.issue(mayChange: mayChange, secret: secret(byte), now: start)
        let secrets = secret(byte) + secret(byte &+ 100)
        let grant = desk.redeem(ticket, secrets: secrets, now: start)
        return try #require(grant)
    }

    @Test("A ticket is taken once, within a minute")
    func tickets() {
        var desk = PassDesk()
        let used = desk.issue(mayChange: true, secret: secret(1), now: start)
        #expect(used.count == 64)
        #expect(desk.redeem(used, secrets: secret(2, 64), now: start) != nil)
        #expect(desk.redeem(used, secrets: secret(3, 64), now: start) == nil)
        let late = desk.issue(mayChange: true, secret: secret(4), now: start)
        #expect(desk.redeem(late, secrets: secret(5, 64), now: start + .seconds(60)) == nil)
        #expect(desk.redeem("", secrets: secret(6, 64), now: start) == nil)
    }

    @Test("The cookie reads; cookie and key of one pass change")
    func rights() throws {
        var desk = PassDesk()
        let one = try grant(&desk, 1)
        let two = try grant(&desk, 2)
        let reader = try grant(&desk, 3, mayChange: false)
        #expect(reader.key == nil)
        #expect(desk.mayRead(cookie: reader.cookie, now: start))
        #expect(!desk.mayRead(cookie: "", now: start))
        let key = try #require(one.key)
        #expect(desk.mayChange(cookie: one.cookie, key: key, now: start))
        #expect(!desk.mayChange(cookie: two.cookie, key: key, now: start))
        #expect(!desk.mayChange(cookie: reader.cookie, key: "", now: start))
        #expect(!desk.mayChange(cookie: one.cookie, key: one.cookie, now: start))
        #expect(!desk.mayRead(cookie: one.cookie, now: start + .hours(12)))
        #expect(!desk.mayChange(cookie: one.cookie, key: key, now: start + .hours(12)))
    }

    @Test("Whoever takes over takes the passes that are still good, and no secret is written down")
    func takenOver() throws {
        var desk = PassDesk()
        let one = try grant(&desk, 1)
        let reader = try grant(&desk, 2, mayChange: false)
        let wall: Int64 = 1_700_000_000_000_000_000
        let kept = desk.kept(now: start + .hours(1), wall: wall)
        #expect(!kept.contains { $0.cookie == one.cookie || $0.key == one.key })
        // Its clock begins anew, and an hour has gone by.
        var next = PassDesk()
        let now = Instant.zero + .seconds(5)
        next.take(kept, now: now, wall: wall + 3_600_000_000_000)
        let key = try #require(one.key)
        #expect(next.mayChange(cookie: one.cookie, key: key, now: now))
        #expect(next.mayRead(cookie: reader.cookie, now: now))
        #expect(!next.mayChange(cookie: reader.cookie, key: key, now: now))
        #expect(!next.mayRead(cookie: one.cookie, now: now + .hours(10)))
        // What is over, or lasts longer than a pass does, is none.
        var late = PassDesk()
        late.take(kept, now: now, wall: wall + 12 * 3_600_000_000_000)
        late.take(kept, now: now, wall: wall - 2 * 3_600_000_000_000)
        late.take([PassDesk.Kept(cookie: "00", until: .max), .init(cookie: "x", until: wall)], now: now, wall: wall)
        #expect(!late.mayRead(cookie: one.cookie, now: now))
    }

    @Test("There are sixteen passes: a new one ends the oldest")
    func bound() throws {
        var desk = PassDesk()
        let grants = try (1...17).map { try grant(&desk, UInt8($0)) }
        #expect(!desk.mayRead(cookie: grants[0].cookie, now: start))
        for grant in grants.dropFirst() { #expect(desk.mayRead(cookie: grant.cookie, now: start)) }
    }

    @Test("A cookie is found among others, and not where there are two of a name")
    func cookies() {
        #expect(PassDesk.cookie("cellmesh-80", in: "a=b; cellmesh-80=x; c=d") == "x")
        #expect(PassDesk.cookie("cellmesh-80", in: "cellmesh-8080=x; xcellmesh-80=y") == nil)
        #expect(PassDesk.cookie("cellmesh-80", in: "cellmesh-80=x; cellmesh-80=y") == nil)
        #expect(PassDesk.cookie("cellmesh-80", in: "") == nil)
    }
}
