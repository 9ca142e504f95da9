import Blueprints
import ControlPlane
import Reports
import Resilience
import Telemetry
import Topology

/// What is in force at each gate, and where each value came from.
enum PoliciesView {
    struct Gate {
        var name: String
        var policies: [PolicyListing]
    }

    /// The gates of a topology with what is in force there.
    ///
    /// - Parameters:
    ///   - cell: those before and in this cell; nil: the first of each blueprint.
    ///   - names: those alone; nil: all of them.
    static func gates(_ topology: MeshTopology, cell: String?, named names: [String]?) -> [Gate] {
        var gates: [Gate] = []
        var seen: Set<Int> = []
        let wanted = names.map(Set.init)
        for place in topology.cells {
            guard cell.map({ $0 == place.name }) ?? (names != nil || seen.insert(place.blueprint).inserted) else {
                continue
            }
            let blueprint = topology.blueprints[place.blueprint]
            let resolver = topology.policies(ofBlueprint: place.blueprint)
            func add(_ name: String, _ policies: () -> PoliciesInForce, _ written: WrittenPlace) {
                guard wanted?.contains(name) ?? true else { return }
                gates.append(Gate(name: name, policies: policies().listings(of: written)))
            }
            // Routers do not differ: without a name the first stands for all.
            for router in names == nil ? Array(topology.routers.prefix(1)) : topology.routers {
                for (position, service) in blueprint.services.enumerated() {
                    add("\(router.name)/\(place.name)/\(service.name)", { resolver.service(position) }, .service)
                }
                if blueprint.store != nil {
                    add("\(router.name)/\(place.name)/records", { resolver.records() }, .service)
                }
            }
            for (position, service) in blueprint.services.enumerated() {
                for (call, edge) in service.calls.enumerated() {
                    add(
                        "\(place.name)/\(service.name)/\(blueprint.services[edge.to].name)",
                        { resolver.call(call, of: position) }, .call)
                }
            }
        }
        return gates
    }

    static func list(
        _ gates: [Gate], _ topology: MeshTopology, _ settings: SettingsDocument,
        amplification: Amplification = Amplification([])
    ) -> Report {
        let wide = topology.policies(ofBlueprint: 0).cell()
        let off = PolicySwitch.allCases.filter(wide.off.contains).map(\.rawValue)
        let document = PoliciesReport(
            profile: wide.profile.rawValue, order: wide.order.rawValue, off: off,
            gates: gates.map { gate in
                PoliciesReport.Gate(name: gate.name, policies: gate.policies.map(Self.listing))
            }, amplification: amplification.document,
            settings: PoliciesReport.Settings(version: settings.version, at: SettingsView.time(at(settings))))
        return Report(document, names: gates.map { "gate/\($0.name)" }) { style in
            var text = "profile \(wide.profile.rawValue), order \(wide.order.rawValue)"
            text += off.isEmpty || wide.profile == .off ? "" : ", off: \(off.joined(separator: ", "))"
            text += "; settings version \(settings.version)\n"
            if let line = amplification.text { text += line + "\n" }
            guard wide.profile != .off || gates.contains(where: { !$0.policies.isEmpty }) else {
                return text + "no policy is in force\n"
            }
            var table = style.table([.init("GATE"), .init("POLICY"), .init("FROM"), .init("VALUES")])
            for gate in gates {
                for (index, policy) in gate.policies.enumerated() {
                    let values = policy.values.map { "\($0.key) \($0.text)" }.joined(separator: ", ")
                    table.add([
                        .init(index == 0 ? gate.name : ""), .init(policy.policy), .init(policy.from), .init(values),
                    ])
                }
            }
            return text + table.render()
        }
    }

    private static func at(_ settings: SettingsDocument) -> WallTime? { settings.version == 0 ? nil : settings.at }

    private static func listing(_ listing: PolicyListing) -> PoliciesReport.Policy {
        PoliciesReport.Policy(
            policy: listing.policy, values: listing.values.map { .init(key($0), value($0.value)) }, from: listing.from)
    }

    /// Durations are numbers of milliseconds, and say so.
    private static func key(_ value: PolicyListing.Value) -> String {
        if case .duration = value.value { value.key + "_ms" } else { value.key }
    }

    private static func value(_ value: SettingValue) -> PoliciesReport.Value {
        switch value {
        case .integer(let number): .integer(Int64(number))
        case .number(let number): .number(number)
        case .duration(let amount): .number(amount.milliseconds)
        case .toggle(let isOn): .flag(isOn)
        case .word(let word): .text(word)
        case .list(let values): .list(values.map(Self.value))
        }
    }
}
