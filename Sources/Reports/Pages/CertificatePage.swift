/// `GET /v1/certs` of a process: the certificate that it shows to other hosts, and how its connections with them fared.
package struct CertificatePage: Codable, Sendable, Equatable {
    /// Which connections are encrypted: `hosts` or `all`.
    package var rule: String
    /// Certificates that it made in this life; 0 where no other host was there yet.
    package var made: Int
    @Nullable package var serial: String?
    /// The first and the last instant at which it is good.
    @Nullable package var notBefore: String?
    @Nullable package var notAfter: String?
    /// Connections that were secured, and those that were not, by cause.
    package var secured: Int
    package var unsecured: [String: Int]

    /// Where it is read, and what has it made anew.
    package static func target(_ renewing: Bool) -> String { renewing ? "/v1/certs/renew" : "/v1/certs" }

    private enum CodingKeys: String, CodingKey {
        // In the order in which they are written.
        case rule, made, serial
        case notBefore = "not_before"
        case notAfter = "not_after"
        case secured, unsecured
    }

    package init(
        rule: String, made: Int, serial: String?, notBefore: String?, notAfter: String?, secured: Int,
        unsecured: [String: Int]
    ) {
        self.rule = rule
        self.made = made
        self.serial = serial
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.secured = secured
        self.unsecured = unsecured
    }
}

/// `GET /v1/certs` of a control plane, and `membership certs`: the certificates of all processes that it reaches.
package struct CertificatesReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var name: String
        package var page: CertificatePage

        package init(name: String, page: CertificatePage) {
            self.name = name
            self.page = page
        }
    }

    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    package var processes: [Row]
    /// Those that did not tell in time.
    package var silent: [String]
    /// What vouches for all of them (PEM, RFC 7468).
    package var authority: String

    package init(processes: [Row], silent: [String], authority: String) {
        self.authority = authority
        self.processes = processes
        self.silent = silent
    }
}

/// `membership certs authority`.
package struct AuthorityReport: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// PEM.
    package var authority: String

    package init(authority: String) { self.authority = authority }
}
