// Users of this library work with records, fields, CPU sets and filters.
@_exported public import TaskstatsModel
