import MeshBase

extension MeshTopology {
    /// What keeps meshes apart on the wire: the name, and a digest of what all processes must agree on.
    public var wireLabel: String { name + "/" + HexText.text(digest) }

    /// Of everything that decides where customers live, who takes part, how many copies a record has, which services
    /// there are, and how large a body may be: a frame beyond the reader's limit costs the link. Time limits and costs may differ between processes without harm, and are left out.
    public var digest: UInt64 {
        var digest = Digest()
        digest.add(seed)
        digest.add(regions.count)
        for region in regions {
            digest.add(region.name)
            digest.add(region.geography ?? "")
            digest.add(region.zones)
        }
        // What was added since the founding came by decided entries: a process that does not know of it yet is of this
        // mesh all the same.
        digest.add(foundingCells)
        for (position, cell) in cells.prefix(foundingCells).enumerated() {
            digest.add(cell.name)
            digest.add(cell.region)
            digest.add(cell.zone)
            digest.add(Int(cell.weight))
            digest.add(foundingBlueprint(ofCell: position))
        }
        digest.add(sharding.size)
        digest.add(sharding.spread.rawValue)
        digest.add(sharding.replacement.rawValue)
        digest.add(customers.geographies.count)
        for share in customers.geographies {
            digest.add(share.geography)
            digest.add(share.share.bitPattern)
        }
        // What replaces a blueprint agrees with it in all of this (`BlueprintMisfit`).
        let blueprints = foundingBlueprints
        digest.add(blueprints.count)
        for blueprint in blueprints {
            digest.add(blueprint.name)
            digest.add(blueprint.store?.tier.rawValue ?? "")
            // Nothing where there are none, so that a mesh without them keeps its digest.
            for rule in blueprint.store?.tiers ?? [] {
                digest.add(rule.prefix)
                digest.add(rule.tier.rawValue)
            }
            if let conflicts = blueprint.store?.conflicts, !conflicts.isDefault {
                digest.add(conflicts.standard.rawValue)
                for rule in conflicts.prefixes {
                    digest.add(rule.prefix)
                    digest.add(rule.handling.rawValue)
                }
            }
            digest.add(blueprint.services.map(\.name))
            // Routers give a call to another cell where cells carry it out once.
            for service in blueprint.services {
                guard let idempotency = service.idempotency else { continue }
                digest.add(service.name)
                digest.add(idempotency.mode.rawValue)
            }
        }
        digest.add(routing.bodyLimit)
        return digest.value
    }

    private struct Digest {
        var value: UInt64 = 0
        mutating func add(_ word: UInt64) { value = StableHash.combine(value, word) }
        mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
        mutating func add(_ text: String) { add(StableHash.hash(text)) }
        mutating func add(_ texts: [String]) {
            add(texts.count)
            for text in texts { add(text) }
        }
    }
}
