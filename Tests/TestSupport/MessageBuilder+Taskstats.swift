import TaskstatsModel

extension MessageBuilder {
    /// Returns the attribute with the statistics of one task or process: the number, and the struct.
    package static func aggregate(pid: UInt32, _ statistics: [UInt8]) -> [UInt8] {
        attribute(4, attribute(1, bytes(of: pid)) + attribute(3, statistics))
    }

    /// Returns the same for a process.
    package static func aggregate(tgid: UInt32, _ statistics: [UInt8]) -> [UInt8] {
        attribute(5, attribute(2, bytes(of: tgid)) + attribute(3, statistics))
    }

    /// Returns a struct taskstats as filled by a kernel of this version, with these fields and all others 0.
    package static func taskstats(
        version: UInt16, command: String = "", _ values: [Field: UInt64] = [:]
    ) -> [UInt8] {
        var statistics = [UInt8](repeating: 0, count: taskstatsSize(version: version))
        func store(_ bytes: [UInt8], _ field: Field) {
            guard field.firstVersion <= version else { return }
            // Version 1 had nothing between the version and the delays, versions 2 and 3 had less padding, and version
            // 15 has its own order.
            let offset =
                switch version {
                case 1: field.offset - 8
                case 2...3 where field.offset >= Field.acEtime.offset: field.offset - 8
                case 2...3 where field.offset >= Field.acUid.offset: field.offset - 4
                case 15: field.offsetInVersion15 ?? field.offset
                default: field.offset
                }
            statistics.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        for (field, value) in values { store(Array(bytes(of: value).prefix(field.kind.width)), field) }
        store(Array(command.utf8.prefix(15)), .acComm)
        statistics.replaceSubrange(0..<2, with: bytes(of: version))
        return statistics
    }

    /// The size of the struct in each version.
    package static func taskstatsSize(version: UInt16) -> Int {
        switch version {
        case ...1: 72
        case 2: 240
        case 3: 264
        case 4: 272
        case 5: 288
        case 6: 312
        case 7, 8: 328
        case 9: 344
        case 10: 352
        case 11: 368
        case 12: 400
        case 13: 416
        case 14: 432
        case 15, 16: 560
        default: 688
        }
    }
}
