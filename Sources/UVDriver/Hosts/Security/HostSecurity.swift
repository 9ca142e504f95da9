import MeshBase
import Reports
import TLS
import Telemetry

/// The certificate of a process, and what it is used for.
///
/// It is made when the first connection to or from another host needs it, by the authority that follows from the mesh's
/// secret, and made anew long before it ends, or when somebody asks for it: a mesh has no certificates to hand out.
package final class HostSecurity {
    /// A certificate is good from so long before it was made: clocks of hosts may differ, and jump, by less.
    package static let backdated = TimeAmount.hours(24)
    /// And for so long afterwards.
    package static let life = TimeAmount.hours(7 * 24)
    /// One that is as old as this is replaced.
    package static let renewal = TimeAmount.hours(24)
    private static let interval = TimeAmount.minutes(10)

    package let streams: StreamSecurity
    private let settings: HostSettings
    private let loop: EventLoop
    private let events: HostEvents
    /// The mesh's authority, once it was asked for: it is the same as long as the process lives.
    private var derived: CertificateAuthority?
    private var issued: IssuedCertificate?
    /// Certificates made in this life.
    package private(set) var made = 0
    private var timer: LoopTimer?
    private var pools: [StreamPool] = []
    private var customers: StreamSecurity?
    private var renewed: Instant

    package init(_ settings: HostSettings, loop: EventLoop, events: HostEvents) {
        self.settings = settings
        self.loop = loop
        self.events = events
        renewed = loop.now()
        streams = StreamSecurity(settings.security)
        for address in [settings.advertise, settings.gossip.address, settings.listen.address] {
            if let address, !address.isUnspecified { streams.ownAddresses.insert(address) }
        }
        streams.make = { [unowned self] in
            do { return try context() } catch {
                events.logRarely("no-certificate", "nothing is said to other hosts: \(error)")
                throw error
            }
        }
    }

    /// Its streams are secured by the rule of this process.
    package func secure(_ pool: StreamPool) {
        pool.security = streams
        pools.append(pool)
    }

    private func context() throws -> TLSContext {
        let issued = try issue()
        self.issued = issued
        watch()
        return try TLSContext(own: issued, authorities: [authority()])
    }

    private func authority() throws -> CertificateAuthority {
        let authority =
            try derived ?? CertificateAuthority(secret: settings.secret, mesh: settings.topology.wireLabel)
        derived = authority
        return authority
    }

    /// A new certificate of this process.
    func issue() throws -> IssuedCertificate {
        let now = loop.wallClock() / 1_000_000_000
        var random = SystemRandomNumberGenerator()
        var order = CertificateAuthority.Order(
            name: settings.name, notBefore: now - Int64(Self.backdated.seconds),
            notAfter: now + Int64(Self.life.seconds), serial: (0..<16).map { _ in random.next(upperBound: 255) + 1 })
        if let address = settings.advertise { order.addresses.append("\(address)") }
        let issued = try authority().issue(order)
        made += 1
        events.tell("certificate", [("serial", issued.certificate.serial), ("until", "\(order.notAfter)")])
        return issued
    }

    /// Customers who come over HTTPS.
    func secureCustomers(_ pool: StreamPool, with streams: StreamSecurity) {
        pool.security = streams
        customers = streams
        watch()
    }

    /// What vouches for all certificates of the mesh (PEM); empty where it cannot be made.
    package var authorityText: String { (try? authority().certificate.pem) ?? "" }

    /// Connections that begin from now on show a new certificate.
    /// One that was never needed is not made.
    package func renew() {
        renewed = loop.now()
        do { if issued != nil { try streams.renew() } } catch {
            events.log("certificate-not-renewed", "\(error); the old one stays")
        }
        do { try customers?.renew() } catch {
            events.log("certificate-not-renewed", "for customers: \(error); the old one stays")
        }
    }

    private func watch() {
        guard timer == nil else { return }
        timer = try? LoopTimer(loop: loop) { [unowned self] in
            // A clock that was set far back or far ahead asks for a new one as well.
            let age = issued.map { loop.wallClock() / 1_000_000_000 - $0.certificate.notBefore }
            let isYoung = age.map { (0..<Int64((Self.backdated + Self.renewal).seconds)).contains($0) } ?? true
            if !isYoung || loop.now() - renewed > Self.renewal { renew() }
        }
        timer?.start(after: Self.interval, every: Self.interval)
    }

    package func close() {
        timer?.close()
        timer = nil
    }

    /// The certificate, and how connections fared.
    package var report: CertificatePage {
        let certificate = issued?.certificate
        func sum(_ count: (StreamPool.Counters) -> UInt64) -> Int { Int(pools.reduce(0) { $0 + count($1.counters) }) }
        let kinds = TLSFault.Kind.allCases.map { kind in (kind.rawValue, sum { $0.unsecured[kind, default: 0] }) }
        return CertificatePage(
            rule: settings.security.rawValue, made: made, serial: certificate?.serial,
            notBefore: certificate.map { Timestamp.string($0.notBefore * 1_000_000_000) },
            notAfter: certificate.map { Timestamp.string($0.notAfter * 1_000_000_000) }, secured: sum { $0.secured },
            unsecured: Dictionary(uniqueKeysWithValues: kinds))
    }
}
