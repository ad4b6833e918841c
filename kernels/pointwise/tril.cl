// tril: y = x where the column of its matrix less the row is at most `diagonal`, else 0;  dx = the same of dy.
// What is kept follows from the element's index alone; where.cl chooses by it.
#if IS_INTEGER
PURE mask tril_keep(real index, real rows, real columns, real diagonal) {
  return index % columns - index / columns % rows <= diagonal;
}
#endif
