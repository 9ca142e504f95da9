/// What is degraded, for the mesh's own users: `GET /status` of a router. It names no cell, no address and no fault, and shares are in
/// whole percents, so that it tells nobody how the mesh is made.
package struct PublicStatus: Codable, Sendable, Equatable {
    /// How well something is.
    package enum State: String, Codable, Sendable, CaseIterable, Comparable {
        case operational, degraded
        case partialOutage = "partial-outage"
        case majorOutage = "major-outage"

        package static func < (a: State, b: State) -> Bool { a.order < b.order }
        private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// What a service's answers are at present.
    package enum Answers: String, Codable, Sendable, CaseIterable {
        /// Whole.
        case full
        /// Some have something replaced or reduced, or come at the second try.
        case degraded
        /// Most are refused.
        case tryAgain = "try-again"
    }

    /// One service; `records` for those.
    package struct Service: Codable, Sendable, Equatable {
        package var name: String
        package var state: State
        package var answers: Answers

        package init(name: String, state: State, answers: Answers) {
            self.name = name
            self.state = state
            self.answers = answers
        }
    }

    /// One region.
    package struct Region: Codable, Sendable, Equatable {
        package var name: String
        package var state: State

        package init(name: String, state: State) {
            self.name = name
            self.state = state
        }
    }

    /// Shares of all customers, 0...1 in steps of 0.01; what is above zero is at least one step. Counted are those of whose cells
    /// some, or all, do not serve, and those whose answers of services were reduced, or failed, in the last five to ten seconds.
    package struct Customers: Codable, Sendable, Equatable {
        package var degraded: Double
        package var lost: Double

        package init(degraded: Double, lost: Double) {
            self.degraded = degraded
            self.lost = lost
        }
    }

    package var schema = ReportJSON.schema
    package var state: State
    /// When it came to be so, RFC 3339.
    package var since: String
    package var services: [Service]
    /// Those that take customers.
    package var regions: [Region]
    package var customers: Customers
    /// What the operator says to it.
    @Nullable package var notice: String?

    package init(
        state: State, since: String, services: [Service], regions: [Region], customers: Customers,
        notice: String? = nil
    ) {
        self.state = state
        self.since = since
        self.services = services
        self.regions = regions
        self.customers = customers
        self.notice = notice
    }
}

extension PublicStatus {
    /// What a router knows of its cells, its customers and its services.
    package struct Facts: Sendable, Equatable {
        /// The answers of a service in the last seconds, and its gates.
        package struct Service: Sendable, Equatable {
            package var name: String
            /// Answered whole, with something replaced or reduced, and not as the mesh means to.
            package var full: UInt64 = 0
            package var reduced: UInt64 = 0
            package var failed: UInt64 = 0
            /// Cells that serve, and those of them whose gate lets no call through at present.
            package var cells = 0
            package var shut = 0

            package init(_ name: String) { self.name = name }
        }

        /// Cells of a region that take customers, and those of them that serve.
        package struct Region: Sendable, Equatable {
            package var name: String
            package var cells: Int
            package var serving: Int

            package init(_ name: String, cells: Int, serving: Int) {
                self.name = name
                self.cells = cells
                self.serving = serving
            }
        }

        package var services: [Service] = []
        package var regions: [Region] = []
        /// Customers that were looked at.
        package var customers = 0
        /// Some of their cells do not serve, or services have just given them less than the whole.
        package var degraded = 0
        /// None of their cells serves, or services have just refused them.
        package var lost = 0
        /// Those whose records are refused, since too few of their cells serve.
        package var noQuorum = 0
        /// Whether cells hold records at all.
        package var hasRecords = false

        /// Nothing is known.
        package init() {}
    }

    /// From half of the requests or customers on an outage is major.
    fileprivate static let major = 0.5
    /// Below a hundredth what fails is no state of a service.
    fileprivate static let noise = 0.01

    /// What facts mean for users.
    ///
    /// - Parameters:
    ///   - since: when the state came to be what it is.
    ///   - notice: what the operator says to it.
    package init(_ facts: Facts, since: String, notice: String? = nil) {
        self.notice = notice
        services = facts.services.map { Service($0) }
        if facts.hasRecords { services.insert(Self.records(facts), at: 0) }
        regions = facts.regions.filter { $0.cells > 0 }.map { region in
            let share = Double(region.serving) / Double(region.cells)
            let state: State =
                region.serving == region.cells
                ? .operational : region.serving == 0 ? .majorOutage : share < Self.major ? .partialOutage : .degraded
            return Region(name: region.name, state: state)
        }
        customers = Customers(
            degraded: Self.step(facts.degraded, of: facts.customers), lost: Self.step(facts.lost, of: facts.customers))
        self.since = since
        state = Self.state(facts, services)
    }

    /// What all of it comes to: what customers get counts, and not which part of the mesh is broken.
    private static func state(_ facts: Facts, _ services: [Service]) -> State {
        let lost = facts.customers > 0 ? Double(facts.lost) / Double(facts.customers) : 0
        if facts.customers > 0, lost >= major { return .majorOutage }
        let worst = services.map(\.state).max() ?? .operational
        // One service of several that is gone is no outage of all.
        let isAll = !services.isEmpty && services.allSatisfy { $0.state == .majorOutage }
        if isAll { return .majorOutage }
        if facts.lost > 0 || worst >= .partialOutage { return .partialOutage }
        return facts.degraded > 0 || worst > .operational ? .degraded : .operational
    }

    private static func records(_ facts: Facts) -> Service {
        guard facts.customers > 0, facts.noQuorum > 0 else {
            return Service(name: "records", state: .operational, answers: .full)
        }
        let share = Double(facts.noQuorum) / Double(facts.customers)
        return share >= major
            ? Service(name: "records", state: .majorOutage, answers: .tryAgain)
            : Service(name: "records", state: .partialOutage, answers: .degraded)
    }

    private static func step(_ part: Int, of whole: Int) -> Double {
        guard whole > 0, part > 0 else { return 0 }
        let percent = (Double(part) / Double(whole) * 100).rounded()
        return min(max(percent, 1), 100) / 100
    }

    /// A page for people.
    package var page: HTMLPage {
        func style(_ state: State) -> HTML {
            switch state {
            case .operational: "good"
            case .degraded: "warn"
            case .partialOutage, .majorOutage: "bad"
            }
        }
        func told(_ state: State) -> HTML {
            "<span class=\"\(style(state))\">\(state.rawValue.replacing("-", with: " "))</span>"
        }
        var page = HTMLPage("Status")
        page.add("<p><strong>\(told(state))</strong> since \(since)</p>\n")
        if let notice { page.add("<p>\(notice)</p>\n") }
        func percent(_ share: Double) -> String { "\(Wording.fixed(share * 100, 0)) %" }
        page.add(
            """
            <ul class="figures">
            <li><b>\(percent(customers.degraded))</b>of customers have fewer cells than they should, or get less of services</li>
            <li><b>\(percent(customers.lost))</b>of customers cannot be served, or are refused by services</li>
            </ul>

            """)
        var table = HTMLTable(
            "Services",
            [.init("Service", isText: true), .init("State", isText: true), .init("Answers", isText: true)])
        table.rows = services.map {
            ["\($0.name)", told($0.state), "\($0.answers.rawValue.replacing("-", with: " "))"]
        }
        if !services.isEmpty { page.add(table.html) }
        table = HTMLTable("Regions", [.init("Region", isText: true), .init("State", isText: true)])
        table.rows = regions.map { ["\($0.name)", told($0.state)] }
        page.add(table.html)
        return page
    }
}

extension PublicStatus.Service {
    /// What facts about a service mean for users.
    package init(_ facts: PublicStatus.Facts.Service) {
        let all = facts.full + facts.reduced + facts.failed
        let failed = all > 0 ? Double(facts.failed) / Double(all) : 0
        let reduced = all > 0 ? Double(facts.reduced) / Double(all) : 0
        let shut = facts.cells > 0 ? Double(facts.shut) / Double(facts.cells) : 0
        if facts.cells == 0 || failed >= PublicStatus.major || shut >= 1 {
            self.init(name: facts.name, state: .majorOutage, answers: .tryAgain)
        } else if failed >= 0.1 {
            self.init(name: facts.name, state: .partialOutage, answers: .degraded)
        } else if failed >= PublicStatus.noise || reduced >= PublicStatus.noise || shut > 0 {
            self.init(name: facts.name, state: .degraded, answers: .degraded)
        } else {
            self.init(name: facts.name, state: .operational, answers: .full)
        }
    }
}

/// How one customer is served: `GET /v1/customers/{customer}/status` of a router.
package struct PublicCustomerStatus: Codable, Sendable, Equatable {
    /// What becomes of the customer's records.
    package enum Records: String, Codable, Sendable { case ok, refused }

    package var schema = ReportJSON.schema
    package var customer: String
    /// `operational`, `degraded` where a cell of the shard does not serve, `major-outage` where none does.
    package var state: PublicStatus.State
    /// How many of the customer's cells serve: `2/3`.
    package var shard: String
    /// Nil where the customer's cells have no records.
    @Nullable package var records: Records?

    package init(customer: String, serving: Int, of size: Int, records: Records?) {
        self.customer = customer
        shard = "\(serving)/\(size)"
        state = serving >= size && size > 0 ? .operational : serving == 0 ? .majorOutage : .degraded
        self.records = records
    }
}
