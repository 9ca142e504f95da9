import MeshBase
import Topology

/// Settings of one policy at one gate that came from the same place: a line of `policies ls`.
package struct PolicyListing: Sendable, Equatable {
    /// As in files: `breaker`, `retry`, and `timeout` for the two limits that stand by themselves.
    package var policy: String
    /// As `PolicyOrigin` describes itself.
    package var from: String
    /// In the order of files.
    package var values: [Value]

    /// One key.
    package struct Value: Sendable, Equatable {
        package var key: String
        package var value: SettingValue
        /// As it would be written.
        package var text: String
    }
}

extension PoliciesInForce {
    /// Every value of every policy that is on and may stand at such a place; nothing where no policy is in force.
    package func listings(of place: WrittenPlace) -> [PolicyListing] {
        guard profile != .off else { return [] }
        let renderer = PoliciesRenderer(YAMLWriter())
        var listings: [PolicyListing] = []
        func add(_ policy: String, _ key: String, _ path: String, _ value: SettingValue, _ text: String) {
            let from = origins[path]?.description ?? "profile \(profile.rawValue)"
            let entry = PolicyListing.Value(key: key, value: value, text: text)
            if let position = listings.lastIndex(where: { $0.policy == policy && $0.from == from }) {
                listings[position].values.append(entry)
            } else {
                listings.append(PolicyListing(policy: policy, from: from, values: [entry]))
            }
        }
        if isOn(.timeout) {
            for (key, limit) in [("timeout", timeout), ("attempt-timeout", attemptTimeout)] {
                add("timeout", key, key, .duration(limit), Syntax.written(limit))
            }
        }
        for entry in PoliciesBlock.entries where entry.places.contains(place) {
            guard PolicySwitch(rawValue: entry.switchName).map(isOn) ?? true else { continue }
            for field in entry.fields {
                guard let value = field.value(in: values) else { continue }
                let key = String(field.key.dropFirst(entry.key.count + 1))
                add(entry.key, key, field.key, value, renderer.text(value, field.form))
            }
        }
        return listings
    }
}
