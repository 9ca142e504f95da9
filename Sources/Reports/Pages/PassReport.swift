/// The body of `POST /v1/tickets`: somebody is to look at the mesh with a browser.
package struct TicketRequest: Codable, Sendable, Equatable {
    /// The page may change nothing; absent is false.
    package var isReadOnly: Bool?

    private enum CodingKeys: String, CodingKey { case isReadOnly = "read_only" }

    /// For one browser.
    package init(isReadOnly: Bool) { self.isReadOnly = isReadOnly }
}

/// The answer to `POST /v1/tickets`.
package struct TicketReport: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// 256 bits in hexadecimal; it is taken once.
    package var ticket: String
    /// For so long, in milliseconds.
    package var valid: Int64

    private enum CodingKeys: String, CodingKey {
        case schema, ticket
        case valid = "valid_ms"
    }

    /// One ticket.
    package init(ticket: String, valid: Int64) {
        self.ticket = ticket
        self.valid = valid
    }
}

/// The body of `POST /v1/pass`, which the page sends.
package struct PassRequest: Codable, Sendable, Equatable {
    /// As of `TicketReport`.
    package var ticket: String

    /// For a ticket.
    package init(ticket: String) { self.ticket = ticket }
}

/// The answer to `POST /v1/pass`, beside a cookie for reading.
package struct PassReport: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// Sent as `X-Cellmesh-Key` with every change; null for a page that only reads.
    @Nullable package var key: String?

    /// One pass.
    package init(key: String?) { self.key = key }
}

/// `dashboard`: where the page is, for one browser.
package struct DashboardReport: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// With the ticket behind `#`, which browsers keep to themselves.
    package var address: String
    /// The page changes nothing.
    package var isReadOnly: Bool
    /// For so long the address lets a browser in, in milliseconds.
    package var valid: Int64

    private enum CodingKeys: String, CodingKey {
        case schema, address
        case isReadOnly = "read_only"
        case valid = "valid_ms"
    }

    /// One address.
    package init(address: String, isReadOnly: Bool, valid: Int64) {
        self.address = address
        self.isReadOnly = isReadOnly
        self.valid = valid
    }
}
