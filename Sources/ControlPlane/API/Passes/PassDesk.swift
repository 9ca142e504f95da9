import Ciphers
import MeshBase

/// The tickets and passes of people who look at a mesh with a browser. Nothing that lets anybody in is kept: of each secret
/// there is its hash. Passes outlive a control plane that dies, so that open pages come back with the next one; a mesh that is
/// shut down forgets them.
///
/// A pass is a cookie, for reading, and a key, for changes. Cookies go to every port of a host, whose servers are others';
/// the key is with the page of this port alone.
package struct PassDesk: Sendable {
    /// Tickets that wait, and passes; of more the oldest end.
    package static let most = 16
    /// A ticket is taken so long, once.
    package static let ticketLife = TimeAmount.seconds(60)
    /// A pass ends after so long.
    package static let passLife = TimeAmount.hours(12)
    /// Of each secret, in bytes.
    package static let length = 32

    /// What a ticket was taken for, told once.
    package struct Grant: Sendable, Equatable {
        /// The value of the cookie.
        package var cookie: String
        /// The key for changes; nil for who only reads.
        package var key: String?
    }

    private typealias Digest = [UInt8]
    private struct Ticket {
        var digest: Digest
        var mayChange: Bool
        var until: Instant
    }
    private struct Pass {
        var cookie: Digest
        var key: Digest?
        var until: Instant
    }

    /// The oldest first.
    private var tickets: [Ticket] = []
    private var passes: [Pass] = []

    /// Nobody is let in.
    package init() {}

    /// A ticket for one browser.
    ///
    /// - Parameter secret: `length` random bytes; the ticket is their text.
    package mutating func issue(mayChange: Bool, secret: [UInt8], now: Instant) -> String {
        let text = HexText.text(secret)
        tickets.removeAll { $0.until <= now }
        if tickets.count >= Self.most { tickets.removeFirst() }
        tickets.append(Ticket(digest: Self.digest(text), mayChange: mayChange, until: now + Self.ticketLife))
        return text
    }

    /// Takes a ticket; nil for one that was taken, is too old, or was never given out.
    ///
    /// - Parameter secrets: twice `length` random bytes.
    package mutating func redeem(_ ticket: String, secrets: [UInt8], now: Instant) -> Grant? {
        let digest = Self.digest(ticket)
        guard let place = tickets.firstIndex(where: { $0.digest == digest }) else { return nil }
        let taken = tickets.remove(at: place)
        guard now < taken.until else { return nil }
        let grant = Grant(
            cookie: HexText.text(secrets.prefix(Self.length)),
            key: taken.mayChange ? HexText.text(secrets.dropFirst(Self.length)) : nil)
        passes.removeAll { $0.until <= now }
        if passes.count >= Self.most { passes.removeFirst() }
        passes.append(
            Pass(
                cookie: Self.digest(grant.cookie), key: grant.key.map(Self.digest), until: now + Self.passLife))
        return grant
    }

    // MARK: From one life of the control plane to the next

    /// A pass as it is written down.
    package struct Kept: Codable, Sendable, Equatable {
        /// The hash of its cookie, in hexadecimal.
        package var cookie: String
        /// The hash of its key; nil for who only reads.
        package var key: String?
        /// When it ends, in nanoseconds since 1970.
        package var until: Int64
    }

    /// The passes that are good now.
    ///
    /// - Parameter wall: the same instant as `now`, in nanoseconds since 1970.
    package func kept(now: Instant, wall: Int64) -> [Kept] {
        passes.filter { now < $0.until }.map { pass in
            Kept(
                cookie: HexText.text(pass.cookie), key: pass.key.map(HexText.text),
                until: wall &+ (pass.until - now).nanoseconds)
        }
    }

    /// Takes over what a predecessor gave out, as far as it is still good; what is none is passed over.
    package mutating func take(_ kept: [Kept], now: Instant, wall: Int64) {
        for pass in kept.suffix(Self.most) {
            let left = TimeAmount.nanoseconds(pass.until &- wall)
            guard left > .zero, left <= Self.passLife, let cookie = HexText.bytes(pass.cookie),
                cookie.count == SHA256.size
            else { continue }
            passes.append(Pass(cookie: cookie, key: pass.key.flatMap { HexText.bytes($0) }, until: now + left))
        }
    }

    /// Whether a cookie is that of a pass.
    package func mayRead(cookie: String, now: Instant) -> Bool { pass(cookie, now) != nil }

    /// Whether cookie and key are of one pass.
    package func mayChange(cookie: String, key: String, now: Instant) -> Bool {
        guard let known = pass(cookie, now)?.key else { return false }
        return known == Self.digest(key)
    }

    private func pass(_ cookie: String, _ now: Instant) -> Pass? {
        let digest = Self.digest(cookie)
        return passes.first { $0.cookie == digest && now < $0.until }
    }

    /// How long hashes take to compare says nothing of what they are made of.
    private static func digest(_ text: String) -> Digest { SHA256.hash(Array(text.utf8)) }

    /// The value of a cookie in a `Cookie` field (RFC 6265, 4.2); nil where it is not among them, or not once.
    package static func cookie(_ name: String, in field: String) -> String? {
        var found: String?
        for pair in field.split(separator: ";") {
            let pair = pair.drop { $0 == " " }
            guard pair.hasPrefix(name + "=") else { continue }
            guard found == nil else { return nil }
            found = String(pair.dropFirst(name.count + 1))
        }
        return found
    }
}
