import MeshBase
import Nodes
import Reports
import Sharding
import Telemetry
import Topology
import Wire

/// What a router tells the mesh's own users, made anew each second at most, by this router alone.
struct RouterStatus {
    /// Customers that are looked at, evenly of all: enough for whole percents.
    private static let mostCustomers = 4_000
    /// Customers that one look takes: what a turn of the loop may cost, also in a mesh of a thousand cells.
    private static let slice = 500

    /// Which customers have which of their cells, as far as it is counted.
    private struct Count {
        let version: UInt64
        let taking: CellSet
        var facts: PublicStatus.Facts
        /// How well the worst service is.
        var worst: PublicStatus.State
        /// Services gave some customer less than the whole.
        var isReduced: Bool
        /// The number of the next customer.
        var next = 1
    }

    private var status: PublicStatus?
    private var made = Instant.zero
    private var whole: Count?
    private var partial: Count?
    /// When the last count began.
    private var begun = Instant.zero
    private var json: [UInt8]?
    private var html: [UInt8]?

    /// Looks anew where the last look is a second old. Customers are counted anew where other cells serve and while services give
    /// some less than the whole, a part in each look.
    ///
    /// - Parameter wall: nanoseconds since 1970.
    mutating func look(_ node: UnsafeMutablePointer<RouterNode>, now: Instant, wall: Int64) {
        count(node, now: now)
        guard status == nil || now - made >= .seconds(1), let whole else { return }
        made = now
        var facts = whole.facts
        facts.services = node.pointee.serviceFacts(of: whole.taking, now: now)
        var next = PublicStatus(
            facts, since: Timestamp.string(wall, .seconds), notice: node.pointee.settings.notice?.text)
        if let status, status.state == next.state { next.since = status.since }
        if next != status {
            (json, html) = (nil, nil)
            status = next
        }
    }

    private mutating func count(_ node: UnsafeMutablePointer<RouterNode>, now: Instant) {
        // One that has begun comes to its end, so that cells that come and go do not hold it up for ever.
        if partial == nil {
            let version = node.pointee.healthVersion
            let isReduced = node.pointee.hasReducedAnswers || whole?.isReduced == true
            guard whole?.version != version || isReduced && now - begun >= .seconds(1) else { return }
            begun = now
            partial = Self.begin(node, version, now: now)
        }
        guard var count = partial else { return }
        let customers = node.pointee.topology.customers.count
        let step = max(1, customers / Self.mostCustomers)
        // The first time nobody waits for anything else.
        var left = whole == nil ? Int.max : Self.slice
        while count.next <= customers, left > 0 {
            left -= 1
            let customer = CustomerHash(number: count.next)
            let shard = node.pointee.shard(of: customer)
            count.next += step
            let serving = node.pointee.serving(of: shard)
            count.facts.customers += 1
            // What fails now and then is no state of a service, and of no customer either.
            let answer = count.isReduced && count.worst > .operational ? node.pointee.recentAnswer(of: customer) : .full
            if serving == 0 || answer == .failed && count.worst >= .partialOutage {
                count.facts.lost += 1
            } else if serving < shard.count || answer != .full {
                count.facts.degraded += 1
            }
            if node.pointee.hasQuorum(shard) == false { count.facts.noQuorum += 1 }
        }
        guard count.next > customers else { return partial = count }
        whole = count
        partial = nil
    }

    private static func begin(
        _ node: UnsafeMutablePointer<RouterNode>, _ version: UInt64, now: Instant
    ) -> Count {
        let topology = node.pointee.topology
        let taking = CellUse(node.pointee.ledger.table, topology).taking
        var facts = PublicStatus.Facts()
        facts.hasRecords = node.pointee.hasRecords
        facts.regions = topology.regions.map { PublicStatus.Facts.Region($0.name, cells: 0, serving: 0) }
        for cell in taking {
            let region = topology.cells[cell.position].region
            facts.regions[region].cells += 1
            if node.pointee.isServing(cell) { facts.regions[region].serving += 1 }
        }
        let services = node.pointee.serviceFacts(of: taking, now: now).map { PublicStatus.Service($0) }
        return Count(
            version: version, taking: taking, facts: facts, worst: services.map(\.state).max() ?? .operational,
            isReduced: node.pointee.hasReducedAnswers)
    }

    /// As JSON, or as a page.
    mutating func document(isPage: Bool) -> [UInt8] {
        guard let status else { return [] }
        if isPage {
            let made = html ?? Array(status.page.render().utf8)
            html = made
            return made
        }
        let made = json ?? ReportJSON.encode(status)
        json = made
        return made
    }
}

extension RouterFront {
    /// Answers what is neither a record nor a service: how well the mesh is, and one customer.
    ///
    /// - Returns: false for anything else.
    func answerStatus(_ stream: StreamPointer) -> Bool {
        let request = stream.pointee.request
        let bytes = stream.pointee.input.bytes
        let isWhole = request.path.isExactly("/status", in: bytes)
        let customer = isWhole ? nil : HTTPRoute.customerOfStatus(request.path, in: bytes)
        guard isWhole || customer != nil else { return false }
        guard request.method == .get || request.method == .head else {
            let problem = HTTPProblem(
                status: 405, detail: .fixed("This method does not exist here; see Allow."), policy: "routing")
            respond(stream, problem, field: ("Allow", "GET, HEAD"))
            return true
        }
        if let customer {
            let name = customer.text(in: bytes)
            let shard = node.pointee.shard(of: CustomerHash(name))
            let records = node.pointee.hasQuorum(shard).map { $0 ? PublicCustomerStatus.Records.ok : .refused }
            let document = PublicCustomerStatus(
                customer: name, serving: node.pointee.serving(of: shard), of: shard.count, records: records)
            respond(stream, status: 200, contentType: "application/json", body: ReportJSON.encode(document))
            return true
        }
        status.look(node, now: loop.now(), wall: loop.wallClock())
        let isPage = Self.wantsPage(request.accept.text(in: bytes))
        respond(
            stream, status: 200, contentType: isPage ? "text/html; charset=utf-8" : "application/json",
            body: status.document(isPage: isPage), fields: [("Cache-Control", "max-age=1"), ("Vary", "Accept")])
        return true
    }

    /// Whether a page stands before JSON in what a client takes; who takes anything gets JSON.
    static func wantsPage(_ accept: String) -> Bool {
        for part in accept.split(separator: ",") {
            let kind = part.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
            if kind == "text/html" || kind == "application/xhtml+xml" { return true }
            if kind == "application/json" { return false }
        }
        return false
    }
}
